// A row on random operands, as a plan would give them to it, without a network around it.
#pragma once
#include <vector>

#include "dlis/base/buffer.h"
#include "dlis/compute/parallel/pool.h"
#include "dlis/compute/row.h"

namespace dlis {

// Of one problem, in the types that it names and the layouts that a plan would choose.
struct RowOperands {
  Tensor x, residual, y, weights, bias;  // weights: f32 of the problem's density
  std::vector<ConstView> reads;
  View write;

  RowOperands(const ConvProblem& problem, std::uint64_t seed);
};

class RowRun {
 public:
  // Packs. What it is given has to stay.
  RowRun(const ConvRow& row, const ConvProblem& problem, const Encoded& weights,
         const RowOperands& operands);

  void once(Pool& pool, const ScheduleSpec& schedule) const;
  // One run on the calling thread, tile by tile, given up when it takes longer than `limit_ms`.
  double trial_ms(double limit_ms) const;

 private:
  const ConvRow& row_;
  const ConvProblem& problem_;
  Buffer packed_, scratch_;
  Call call_;
};

}  // namespace dlis
