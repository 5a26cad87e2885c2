// A row on random operands, as a plan would give them to it, without a network around it.
#pragma once
#include <optional>
#include <vector>

#include "dlis/base/buffer.h"
#include "dlis/compute/device_operands.h"
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
  // Packs; a device gets its operands. What it is given has to stay.
  RowRun(const ConvRow& row, const ConvProblem& problem, const Encoded& weights,
         const RowOperands& operands);

  // Outputs from the row's device to where the operands lie, for whoever looks at them.
  Status fetch() { return device_ ? device_->fetch() : Status(); }

  // What the row's device said last; of the processor's rows nothing.
  const Status& status() const { return status_; }

  void once(Pool& pool, const ScheduleSpec& schedule);
  // One run on the calling thread, tile by tile, given up when it takes longer than `limit_ms`.
  double trial_ms(double limit_ms);

 private:
  const ConvRow& row_;
  const ConvProblem& problem_;
  Buffer packed_, scratch_;
  Call call_;
  std::optional<DeviceOperands> device_;
  Status status_;
};

}  // namespace dlis
