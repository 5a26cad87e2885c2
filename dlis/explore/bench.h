// One problem, every row: how fast each is, against this machine's limits.
#pragma once
#include <string>
#include <vector>

#include "dlis/compute/row.h"
#include "dlis/hardware/ceiling.h"
#include "dlis/runtime/measure.h"

namespace dlis {

struct RowTiming {
  const ConvRow* row = nullptr;
  std::string refusal;  // empty: accepted and timed
  Timing timing;
  std::size_t packed_bytes = 0, scratch_bytes = 0;
  double gflops = 0;  // two operations a multiply-add, zeros counted
};

// Times every row of algorithms.inc on random values (weights with the problem's density in its
// format), each for `seconds`, static schedule, the problem's workers, this machine's ISA.
Result<std::vector<RowTiming>> bench_rows(ConvProblem problem, double seconds,
                                          std::uint64_t seed = 1);

// The least time in ms that the ceilings allow: the larger of operations (those of non-zero
// weights) over arithmetic and the fewest bytes (input, weights as kept, output) over the memory
// rate.
double roofline_ms(const ConvProblem& problem, const Ceiling& ceiling);

}  // namespace dlis
