// One problem, every row: how fast each is, beside the others and this machine's limits.
#pragma once
#include <string>
#include <vector>

#include "dlis/compute/row.h"
#include "dlis/runtime/turns.h"

namespace dlis {

// One row on one problem, beside the others.
struct RowTiming {
  const ConvRow* row = nullptr;
  std::string refusal;  // empty: accepted and timed
  std::size_t packed_bytes = 0, scratch_bytes = 0;
  std::vector<double> ms;  // of every round; the figures below are of the rounds that count
  double median_ms = 0, p10_ms = 0, p90_ms = 0;
  // Two operations a multiply-add of the problem, zeros counted; and of the weights that its format
  // stores, where it leaves zeros out, else 0.
  double gflops = 0, real_gflops = 0;
  double limit_ms = 0;
  Estimate ratio;  // of its time to the fastest row's
  Estimate share;  // of its limit in its time, each round with its own ceilings
};

// Every row on one problem, in turns.
struct ProblemTimings {
  ConvProblem problem;
  std::vector<RowTiming> rows;  // in the order of algorithms.inc
  Turns turns;
  Ceiling ceiling;      // medians of the rounds that count
  double limit_ms = 0;  // the problem's: see roofline_ms
};

// How long rows are timed, and which drop out.
struct BenchOptions {
  int rounds = 30;
  double seconds = 0.05;  // of every row in a round
  std::uint64_t seed = 1;
  double hopeless = 5;  // times the fastest: a row that is slower takes no part
};

// Times every row of algorithms.inc in turns on random values (weights with the problem's density
// in its format), static schedule, the problem's workers, this machine's ISA.
Result<ProblemTimings> bench_rows(ConvProblem problem, const BenchOptions& options);

// 10^9 operations a second in the problem's types.
double arithmetic_rate(const ConvProblem& problem, const Ceiling& ceiling);

// The least time in ms that the ceilings allow: the larger of operations (those of non-zero
// weights, in the problem's types) over arithmetic and the fewest bytes (input, weights as kept,
// output) over the memory rate.
double roofline_ms(const ConvProblem& problem, const Ceiling& ceiling);

// The same with the row's own count of its arithmetic where that is less, as Winograd's is; what a
// row computes for nothing brings its limit no nearer.
double roofline_ms(const ConvRow& row, const ConvProblem& problem, const Ceiling& ceiling);

}  // namespace dlis
