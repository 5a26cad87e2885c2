// One operator with random data, for tests and benches: lays values out in memory in any order with
// room around them, runs the row, and watches what it writes.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "dlis/base/rng.h"
#include "dlis/compute/device_operands.h"
#include "dlis/compute/row.h"

namespace dlis {

// How a value lies in memory.
enum class Lie { row_major, channels_last, wide_row_major, wide_channels_last, backwards };
inline constexpr Lie kLies[] = {Lie::row_major, Lie::channels_last, Lie::wide_row_major,
                                Lie::wide_channels_last, Lie::backwards};

// A value with poison around it and, where it is wide, between its elements.
class LaidOut {
 public:
  static constexpr std::size_t kMargin = 256;    // bytes
  static constexpr std::uint8_t kPoison = 0xff;  // NaN in every float

  Scale scale;  // of integers that stand for reals

  LaidOut(DType type, const Shape& shape, Lie lie) : type_(type), shape_(shape), strides_(shape) {
    std::vector<int> order;  // axes from the outermost in memory
    for (int axis = 0; axis < shape.rank(); ++axis) order.push_back(axis);
    const bool is_last = lie == Lie::channels_last || lie == Lie::wide_channels_last;
    if (is_last && shape.rank() >= 3) {
      order.erase(order.begin() + 1);
      order.push_back(1);
    }
    if (lie == Lie::backwards) std::reverse(order.begin(), order.end());
    const bool is_wide = lie == Lie::wide_row_major || lie == Lie::wide_channels_last;
    std::int64_t stride = 1;
    for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
      strides_[*axis] = stride;
      stride *= std::max<std::int64_t>(shape[*axis], 1) + (is_wide ? 3 : 0);
    }
    bytes_ = Buffer(2 * kMargin + std::size_t(stride) * size_of(type));
    poison();
  }

  void poison() { std::memset(bytes_.data(), kPoison, bytes_.size()); }
  TensorDesc desc() const { return {type_, shape_, strides_, scale}; }
  View view() { return {bytes_.data() + kMargin, type_, shape_, strides_}; }
  const Buffer& bytes() const { return bytes_; }

  // Calls f with every element's address, in logical order.
  void for_each(const std::function<void(std::byte*)>& f) {
    const std::int64_t count = shape_.elements();
    std::vector<std::int64_t> index(std::size_t(shape_.rank()), 0);
    for (std::int64_t n = 0; n < count; ++n) {
      std::int64_t offset = 0;
      for (int axis = 0; axis < shape_.rank(); ++axis)
        offset += index[std::size_t(axis)] * strides_[axis];
      f(bytes_.data() + kMargin + std::size_t(offset) * size_of(type_));
      for (int axis = shape_.rank(); axis-- > 0;) {
        if (++index[std::size_t(axis)] < shape_[axis]) break;
        index[std::size_t(axis)] = 0;
      }
    }
  }

  // Whether everything outside the view is still poison.
  bool clean_outside() {
    std::vector<bool> inside(bytes_.size(), false);
    for_each([&](std::byte* p) {
      for (std::size_t i = 0; i < size_of(type_); ++i)
        inside[std::size_t(p - bytes_.data()) + i] = true;
    });
    for (std::size_t i = 0; i < bytes_.size(); ++i)
      if (!inside[i] && bytes_.data()[i] != std::byte(kPoison)) return false;
    return true;
  }

 private:
  DType type_;
  Shape shape_, strides_;
  Buffer bytes_;
};

template <class T>
double number_at(const std::byte* p) {
  T x;
  std::memcpy(&x, p, sizeof x);
  return double(x);
}
inline double number_at(const std::byte* p, DType type) {
  switch (type) {
    case DType::f32:
      return number_at<float>(p);
    case DType::f16:
      return from_f16(std::uint16_t(number_at<std::uint16_t>(p)));
    case DType::bf16:
      return from_bf16(std::uint16_t(number_at<std::uint16_t>(p)));
    case DType::i8:
      return number_at<std::int8_t>(p);
    case DType::u8:
      return number_at<std::uint8_t>(p);
    case DType::i32:
      return number_at<std::int32_t>(p);
    case DType::i64:
      return number_at<std::int64_t>(p);
  }
  return 0;
}

template <class T>
void put(T x, std::byte* p) {
  std::memcpy(p, &x, sizeof x);
}
inline void put_number(double x, DType type, std::byte* p) {
  switch (type) {
    case DType::f32:
      return put(float(x), p);
    case DType::f16:
      return put(to_f16(float(x)), p);
    case DType::bf16:
      return put(to_bf16(float(x)), p);
    case DType::i8:
      return put(std::int8_t(x), p);
    case DType::u8:
      return put(std::uint8_t(x), p);
    case DType::i32:
      return put(std::int32_t(x), p);
    case DType::i64:
      return put(std::int64_t(x), p);
  }
}

// An operator, its inputs' values and its outputs' places.
class OpCase {
 public:
  OpProblem problem;
  std::vector<LaidOut> inputs, outputs;

  // A row that accepts the problem, packed and ready.
  void prepare(const OpRow& row) {
    row_ = &row;
    problem.inputs.clear();
    problem.outputs.clear();
    for (const LaidOut& in : inputs) problem.inputs.push_back(in.desc());
    for (const LaidOut& out : outputs) problem.outputs.push_back(out.desc());
    problem.constants.resize(inputs.size());
    verdict = row.accepts(problem);
    if (!verdict) return;
    packed_ = Buffer(row.packed_bytes(problem, nullptr));
    row.pack(problem, nullptr, nullptr, packed_.data());
    scratch_ = Buffer(row.scratch_bytes(problem));
    in_views_.clear();
    out_views_.clear();
    for (LaidOut& in : inputs) in_views_.push_back(in.view());
    for (LaidOut& out : outputs) out_views_.push_back(out.view());
  }
  Verdict verdict;

  // Every tile alone, the last first, each by another worker; outputs are poisoned before.
  void run_tiles() {
    poison();
    if (row_->enqueue) return on_device();
    for (int phase = 0; phase < row_->phases(problem); ++phase)
      for (std::int64_t tile = row_->tiles(problem, phase); tile-- > 0;)
        row_->run(problem, call(), phase, {tile, tile + 1},
                  {int(tile % problem.workers), problem.workers});
  }
  // All tiles of a phase as one range, as one worker runs them.
  void run() {
    if (row_->enqueue) return on_device();
    for (int phase = 0; phase < row_->phases(problem); ++phase)
      row_->run(problem, call(), phase, {0, row_->tiles(problem, phase)}, {0, problem.workers});
  }
  void poison() {
    for (LaidOut& out : outputs) out.poison();
    std::memset(scratch_.data(), 0xff, scratch_.size());
  }
  // Input i becomes a constant of the problem, as the plan would know it.
  void make_constant(std::size_t i) {
    problem.constants.resize(inputs.size());
    const TensorDesc desc = inputs[i].desc();
    Tensor tensor(desc.type, desc.shape);
    std::byte* to = tensor.edit_data();
    inputs[i].for_each([&](std::byte* p) {
      std::memcpy(to, p, size_of(desc.type));
      to += size_of(desc.type);
    });
    problem.constants[i] = tensor;
    inputs[i].poison();  // nobody may read it here
  }

  // From now on the output is written where the first input lies.
  void overwrite_first_input() { out_views_[0] = inputs[0].view(); }

 private:
  Call call() { return {in_views_, out_views_, packed_.data(), scratch_.data()}; }
  // With what lies around the views, and constants as inputs; where the device fails, poison stays.
  void on_device() {
    std::vector<ConstView> views = in_views_;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (problem.constants[i].has_value()) views[i] = problem.constants[i].view();
    const Call given{views, out_views_, packed_.data(), scratch_.data()};
    auto operands = DeviceOperands::open(row_->device, given, packed_.size(), scratch_.size(), 64);
    if (operands && operands->run(*row_, problem)) (void)operands->fetch();
  }
  const OpRow* row_ = nullptr;
  Buffer packed_, scratch_;
  std::vector<ConstView> in_views_;
  std::vector<View> out_views_;
};

}  // namespace dlis
