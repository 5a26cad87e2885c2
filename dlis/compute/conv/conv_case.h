// One convolution with random data, for tests, benches and fuzzing: runs any row, knows the truth.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "dlis/base/rng.h"
#include "dlis/compute/row.h"

namespace dlis {

// Floats between neighbours beyond what they need, as in a view into a larger value.
struct Slack {
  std::int64_t pixel = 0, row = 0, image = 0;
};

// A value in NHWC with room around it. What lies between the pixels is poison that nobody may
// write.
class SlackValue {
 public:
  SlackValue(const Shape& nchw, const Slack& slack) : shape_(nchw) {
    const std::int64_t pixel = nchw[1] + slack.pixel, row = nchw[3] * pixel + slack.row;
    strides_ = Shape{nchw[2] * row + slack.image, 1, row, pixel};
    data_ = Buffer(std::size_t(kMargin * 2 + nchw[0] * strides_[0]) * sizeof(float));
    poison();
  }

  static constexpr std::int64_t kMargin = 64;
  static constexpr std::uint32_t kPoison = 0x7fc0dead;  // a NaN

  View view() { return {data_.data() + kMargin * sizeof(float), DType::f32, shape_, strides_}; }
  template <class F>
  void for_each(F f) {  // in the order n, p, q, k
    float* base = view().as<float>();
    for (std::int64_t n = 0; n < shape_[0]; ++n)
      for (std::int64_t p = 0; p < shape_[2]; ++p)
        for (std::int64_t q = 0; q < shape_[3]; ++q)
          for (std::int64_t k = 0; k < shape_[1]; ++k)
            f(base[n * strides_[0] + p * strides_[2] + q * strides_[3] + k]);
  }
  void poison() {
    for (std::size_t i = 0; i < data_.size(); i += 4) std::memcpy(data_.data() + i, &kPoison, 4);
  }
  std::vector<float> values() {
    std::vector<float> all;
    all.reserve(std::size_t(shape_.elements()));
    for_each([&](float& x) { all.push_back(x); });
    return all;
  }
  // Whether everything outside the view is still poison.
  bool clean_outside() {
    std::size_t left = data_.size() / 4 - std::size_t(shape_.elements()), found = 0, inside = 0;
    const auto poisoned = [](const void* p) { return std::memcmp(p, &kPoison, 4) == 0; };
    for (std::size_t i = 0; i < data_.size(); i += 4) found += poisoned(data_.data() + i);
    for_each([&](float& x) { inside += poisoned(&x); });
    return found - inside == left;
  }

 private:
  Shape shape_, strides_;
  Buffer data_;
};

class ConvCase {
 public:
  ConvCase(const ConvProblem& problem, std::uint64_t seed, Slack in = {}, Slack out = {})
      : problem_(problem),
        x_(Shape{problem.n, problem.c, problem.h, problem.w}, in),
        residual_(output_shape(), in),
        y_(output_shape(), out),
        weights_(DType::f32, Shape{problem.k, problem.c / problem.groups, problem.r, problem.s}) {
    Rng rng(seed);
    x_.for_each([&](float& x) { x = float(rng.uniform(-1, 1)); });
    residual_.for_each([&](float& x) { x = float(rng.uniform(-1, 1)); });
    for (float& w : weights_.edit<float>())
      w = rng.uniform() < problem.density ? float(rng.uniform(-1, 1)) : 0.0f;
    for (std::int64_t k = 0; k < problem.k; ++k) bias_.push_back(float(rng.uniform(-1, 1)));
    encode();
  }

  const ConvProblem& problem() const { return problem_; }
  void set_workers(int workers) { problem_.workers = workers; }
  void set_isa(Isa isa) { problem_.isa = isa; }
  bool clean_outside() { return y_.clean_outside(); }

  // Packs; ready for `once`.
  void prepare(const ConvRow& row) {
    packed_ = Buffer(row.packed_bytes(problem_, &encoded_));
    row.pack(problem_, &encoded_, problem_.ends.bias ? bias_.data() : nullptr, packed_.data());
    scratch_ = Buffer(row.scratch_bytes(problem_));
    views_[0] = x_.view();
    views_[1] = residual_.view();
    out_ = y_.view();
  }
  Call call() const {
    return {{views_, problem_.ends.add ? 2u : 1u},
            {&out_, 1},
            packed_.data(),
            const_cast<std::byte*>(scratch_.data())};
  }

  // Runs every tile alone, in an order of its own for each worker; outputs are poisoned before.
  std::vector<float> once(const ConvRow& row) {
    y_.poison();
    std::memset(scratch_.data(), 0xff, scratch_.size());
    for (int phase = 0; phase < row.phases(problem_); ++phase)
      for (std::int64_t tile = row.tiles(problem_, phase); tile-- > 0;)
        row.run(problem_, call(), phase, {tile, tile + 1},
                {int(tile % problem_.workers), problem_.workers});
    return y_.values();
  }
  // All tiles of each phase as one range, the way one worker runs them.
  void whole(const ConvRow& row) const {
    for (int phase = 0; phase < row.phases(problem_); ++phase)
      row.run(problem_, call(), phase, {0, row.tiles(problem_, phase)}, {0, problem_.workers});
  }
  std::vector<float> outputs() { return y_.values(); }

  // The truth for one output before bias, residual and activation, and the sum of |x * w|.
  struct Sum {
    double value = 0, magnitude = 0;
  };
  Sum sum_at(std::int64_t n, std::int64_t p, std::int64_t q, std::int64_t k) {
    const ConvProblem& c = problem_;
    const View x = x_.view();
    const std::int64_t channels = c.c / c.groups, c0 = k / (c.k / c.groups) * channels;
    const float* w = decoded_.as<float>().data() + k * channels * c.r * c.s;
    Sum sum;
    for (std::int64_t i = 0; i < channels; ++i)
      for (std::int64_t r = 0; r < c.r; ++r)
        for (std::int64_t s = 0; s < c.s; ++s, ++w) {
          const std::int64_t h = p * c.stride_h - c.pad_top + r * c.dilation_h;
          const std::int64_t v = q * c.stride_w - c.pad_left + s * c.dilation_w;
          if (h < 0 || h >= c.h || v < 0 || v >= c.w) continue;
          const double term =
              double(
                  x.as<float>()[n * x.strides[0] + h * x.strides[2] + v * x.strides[3] + c0 + i]) *
              *w;
          sum.value += term;
          sum.magnitude += std::abs(term);
        }
    return sum;
  }

  // The output itself, with its ends.
  Sum output_at(std::int64_t n, std::int64_t p, std::int64_t q, std::int64_t k) {
    Sum sum = sum_at(n, p, q, k);
    const View r = residual_.view();
    if (problem_.ends.bias) sum.value += bias_[std::size_t(k)];
    if (problem_.ends.add)
      sum.value += r.as<float>()[n * r.strides[0] + p * r.strides[2] + q * r.strides[3] + k];
    sum.value = activate(problem_.ends, sum.value);
    return sum;
  }

 private:
  Shape output_shape() const { return Shape{problem_.n, problem_.k, problem_.p(), problem_.q()}; }
  void encode() {
    const Format* format = problem_.format ? problem_.format : find_format("dense");
    encoded_ = *format->encode(weights_);
    decoded_ = format->decode(encoded_);
    problem_.density = density_of(weights_);
  }

  ConvProblem problem_;
  SlackValue x_, residual_, y_;
  Tensor weights_, decoded_;
  std::vector<float> bias_;
  Encoded encoded_;
  Buffer packed_, scratch_;
  ConstView views_[2];
  View out_;
};

}  // namespace dlis
