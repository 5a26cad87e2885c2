// Random operands, and a row's phases on them.
#include "dlis/explore/row_run.h"

#include "dlis/base/clock.h"
#include "dlis/base/rng.h"

namespace dlis {
namespace {

Shape channels_last_strides(const Shape& nchw) {
  return {nchw[1] * nchw[2] * nchw[3], 1, nchw[1] * nchw[3], nchw[1]};
}

// Normally distributed reals, as they are stored.
Tensor random_tensor(const Shape& shape, DType type, const Scale& scale, Rng& rng) {
  Tensor tensor(DType::f32, shape);
  for (float& value : tensor.edit<float>())
    value = float(rng.normal()) / scale.scale + float(scale.zero);
  return tensor.converted(type);
}

}  // namespace

RowOperands::RowOperands(const ConvProblem& p, std::uint64_t seed) {
  Rng rng(seed);
  const Shape in{p.n, p.c, p.h, p.w}, out{p.n, p.k, p.p(), p.q()};
  x = random_tensor(in, p.type, p.x_scale, rng);
  residual = random_tensor(out, p.add_type, p.add_scale, rng);
  y = Tensor(p.y_type, out);
  weights = random_tensor(p.weights_shape(), DType::f32, {}, rng);
  thin_out(weights, p.density, p.format ? p.format->block : 1, rng);
  bias = random_tensor({p.k}, DType::f32, {}, rng);
  reads.push_back({x.data(), p.type, in, channels_last_strides(in)});
  if (p.ends.add) reads.push_back({residual.data(), p.add_type, out, channels_last_strides(out)});
  write = {y.edit_data(), p.y_type, out, channels_last_strides(out)};
}

RowRun::RowRun(const ConvRow& row, const ConvProblem& problem, const Encoded& weights,
               const RowOperands& operands)
    : row_(row),
      problem_(problem),
      packed_(row.packed_bytes(problem, &weights)),
      scratch_(row.scratch_bytes(problem)),
      call_{operands.reads, std::span(&operands.write, 1), packed_.data(), scratch_.data()} {
  const float* bias = problem.ends.bias ? operands.bias.as<float>().data() : nullptr;
  row.pack(problem, &weights, bias, packed_.data());
  if (!row.enqueue) return;
  auto opened = DeviceOperands::open(row.device, call_, packed_.size(), scratch_.size());
  if (opened)
    device_ = std::move(*opened);
  else
    status_ = tl::unexpected(opened.error());
}

void RowRun::once(Pool& pool, const ScheduleSpec& schedule) {
  if (device_) status_ = device_->run(row_, problem_);
  if (row_.enqueue) return;
  for (int phase = 0; phase < row_.phases(problem_); ++phase)
    pool.run(row_.tiles(problem_, phase), schedule,
             [&](Range range, Worker worker) { row_.run(problem_, call_, phase, range, worker); });
}

double RowRun::trial_ms(double limit_ms) {
  const double start = now_ms();
  if (device_) status_ = device_->run(row_, problem_);
  if (row_.enqueue) return now_ms() - start;
  for (int phase = 0; phase < row_.phases(problem_); ++phase) {
    const std::int64_t tiles = row_.tiles(problem_, phase);
    for (std::int64_t tile = 0; tile < tiles && now_ms() - start <= limit_ms; ++tile)
      row_.run(problem_, call_, phase, {tile, tile + 1}, {0, problem_.workers});
  }
  return now_ms() - start;
}

}  // namespace dlis
