// From which density on a sparse row is faster than the best dense one.
#pragma once
#include "dlis/explore/bench.h"
#include "dlis/format/tensor.h"

namespace dlis {

// A sparse row over densities. Ratios are of its time to a dense row's within a round.
struct SparseCurve {
  const ConvRow* row = nullptr;
  const Format* format = nullptr;
  // Times of the row at one density; ratios are its time over that of the best dense row, and over
  // that of the best that is no Winograd.
  struct Point {
    double density = 0;  // as it came out, at random places (of blocks where the format has them)
    double ms = 0;
    Estimate to_best, to_direct;
  };
  std::vector<Point> points;  // from the densest
  // The largest density from which on the row is faster than the best dense row, sure of it (the
  // interval's upper end is below 1); 0: at none that was measured.
  double pays_from = 0;
};

// Dense and sparse rows of one problem, by density.
struct BreakEven {
  ConvProblem problem;
  RowTiming best, direct;  // the fastest dense row, and the fastest that is no Winograd
  std::vector<SparseCurve> curves;
};

// Shares of the weights that are not zero.
inline constexpr double kDensities[] = {1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05};

// All in turns: the two dense rows on filters, whatever domain the problem's weights are in, and
// every sparse row that accepts the problem (Winograd rows with weights in their domain), at each
// density. Random values and places, static schedule, the problem's workers, this machine's ISA.
// With `own`, the layer's weights (in the problem's domain), a curve is the one point that those
// give, and in the Winograd domain only rows of its m have one.
// Errors: those of bench_rows, no sparse row accepts the problem.
Result<BreakEven> break_even(ConvProblem problem, const BenchOptions& options,
                             const Tensor* own = nullptr);

}  // namespace dlis
