// One convolution with random data, for tests, benches and fuzzing: runs any row, knows the truth.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "dlis/base/rng.h"
#include "dlis/compute/device_operands.h"
#include "dlis/compute/numbers.h"
#include "dlis/compute/row.h"
#include "dlis/compute/winograd/reference.h"

namespace dlis {

// Elements between neighbours beyond what they need, as in a view into a larger value.
struct Slack {
  std::int64_t pixel = 0, row = 0, image = 0;
};

// A value in NHWC with room around it. What lies between the pixels is poison that nobody may
// write.
class SlackValue {
 public:
  SlackValue(DType type, const Shape& nchw, const Slack& slack) : type_(type), shape_(nchw) {
    const std::int64_t pixel = nchw[1] + slack.pixel, row = nchw[3] * pixel + slack.row;
    strides_ = Shape{nchw[2] * row + slack.image, 1, row, pixel};
    data_ = Buffer(std::size_t(kMargin * 2 + nchw[0] * strides_[0]) * size_of(type));
    inside_.resize(data_.size());
    for_each([&](std::int64_t i) {
      const auto first = std::size_t(kMargin + i) * size_of(type_);
      std::fill_n(inside_.begin() + std::ptrdiff_t(first), size_of(type_), true);
    });
    poison();
  }

  static constexpr std::int64_t kMargin = 64;
  static constexpr std::uint32_t kPoison = 0x7fc0dead;  // a NaN

  DType type() const { return type_; }
  View view() { return {data_.data() + kMargin * size_of(type_), type_, shape_, strides_}; }
  template <class F>
  void for_each(F f) const {  // elements from the view's first one, in the order n, p, q, k
    for (std::int64_t n = 0; n < shape_[0]; ++n)
      for (std::int64_t p = 0; p < shape_[2]; ++p)
        for (std::int64_t q = 0; q < shape_[3]; ++q)
          for (std::int64_t k = 0; k < shape_[1]; ++k)
            f(n * strides_[0] + p * strides_[2] + q * strides_[3] + k);
  }
  // Bytes are anything, reals lie between -1 and 1.
  void fill(Rng& rng) {
    const bool bytes = is_byte(type_);
    const double low = type_ == DType::i8 ? -128 : 0;
    for_each([&](std::int64_t i) {
      put_stored(view().data, type_, i, bytes ? low + double(rng.below(256)) : rng.uniform(-1, 1));
    });
  }
  double stored(std::int64_t n, std::int64_t p, std::int64_t q, std::int64_t k) {
    const std::int64_t at = n * strides_[0] + p * strides_[2] + q * strides_[3] + k;
    return stored_at(view().data, type_, at);
  }
  void poison() {
    for (std::size_t i = 0; i < data_.size(); ++i) data_.data()[i] = poison_at(i);
  }
  std::vector<float> values() {  // as they are stored
    std::vector<float> all;
    all.reserve(std::size_t(shape_.elements()));
    for_each([&](std::int64_t i) { all.push_back(float(stored_at(view().data, type_, i))); });
    return all;
  }
  // Whether everything outside the view is still poison.
  bool clean_outside() const {
    for (std::size_t i = 0; i < data_.size(); ++i)
      if (!inside_[i] && data_.data()[i] != poison_at(i)) return false;
    return true;
  }

 private:
  static std::byte poison_at(std::size_t i) { return std::byte(kPoison >> i % 4 * 8 & 255); }

  DType type_;
  Shape shape_, strides_;
  Buffer data_;
  std::vector<bool> inside_;
};

// Where weights are 0: at random places (as many as the problem's density says), everywhere,
// nowhere, everywhere but in one element or one filter, or in a share that differs from filter to
// filter, of which every fourth is empty.
enum class Zeros : std::uint8_t { random, all, none, but_one, but_one_filter, uneven };
inline constexpr int kZeros = 6;

class ConvCase {
 public:
  ConvCase(const ConvProblem& problem, std::uint64_t seed, Slack in = {}, Slack out = {},
           Zeros zeros = Zeros::random)
      : problem_(problem),
        x_(problem.type, Shape{problem.n, problem.c, problem.h, problem.w}, in),
        residual_(problem.add_type, output_shape(), in),
        y_(problem.y_type, output_shape(), out),
        weights_(DType::f32, problem.weights_shape()) {
    Rng rng(seed);
    x_.fill(rng);
    residual_.fill(rng);
    for (float& w : weights_.edit<float>()) w = float(rng.uniform(-1, 1));
    set_zeros(zeros, rng);
    for (std::int64_t k = 0; k < problem.k; ++k) bias_.push_back(float(rng.uniform(-1, 1)));
    if (problem.integer())
      encode_bytes(rng);
    else
      encode();
    problem_.density = encoded_.density;
    set_scales(rng);
  }

  const ConvProblem& problem() const { return problem_; }
  void set_workers(int workers) { problem_.workers = workers; }
  void set_in_order(bool in_order) { in_order_ = in_order; }  // the workers' cores
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
    if (row.enqueue) return on_device(row);
    for (int phase = 0; phase < row.phases(problem_); ++phase)
      for (std::int64_t tile = row.tiles(problem_, phase); tile-- > 0;)
        row.run(problem_, call(), phase, {tile, tile + 1},
                {int(tile % problem_.workers), problem_.workers, in_order_});
    return y_.values();
  }
  // All tiles of each phase as one range, the way one worker runs them, or the device once more.
  void whole(const ConvRow& row) {
    if (row.enqueue) return (void)on_device(row);
    for (int phase = 0; phase < row.phases(problem_); ++phase)
      row.run(problem_, call(), phase, {0, row.tiles(problem_, phase)},
              {0, problem_.workers, in_order_});
  }
  std::vector<float> outputs() { return y_.values(); }

  // The truth for one output before bias, residual and activation, in real units, and what a
  // rounding error may be relative to: the sum of |x * w|, or of integers, which are summed
  // exactly, the sum itself.
  struct Sum {
    double value = 0, magnitude = 0;
  };
  Sum sum_at(std::int64_t n, std::int64_t p, std::int64_t q, std::int64_t k) {
    const ConvProblem& c = problem_;
    if (c.winograd != 0) return domain_sum(n, p, q, k);
    const std::int64_t channels = c.c / c.groups, c0 = k / (c.k / c.groups) * channels;
    const float* w = decoded_.as<float>().data() + k * channels * c.r * c.s;
    Sum sum;
    for (std::int64_t i = 0; i < channels; ++i)
      for (std::int64_t r = 0; r < c.r; ++r)
        for (std::int64_t s = 0; s < c.s; ++s, ++w) {
          const std::int64_t h = p * c.stride_h - c.pad_top + r * c.dilation_h;
          const std::int64_t v = q * c.stride_w - c.pad_left + s * c.dilation_w;
          if (h < 0 || h >= c.h || v < 0 || v >= c.w) continue;
          const double term = (x_.stored(n, h, v, c0 + i) - c.x_scale.zero) * double(*w);
          sum.value += term;
          sum.magnitude += std::abs(term);
        }
    if (!c.integer()) return sum;
    sum.value *= double(c.x_scale.scale) * encoded_.parts.back().as<float>()[std::size_t(k)];
    return {sum.value, std::abs(sum.value)};
  }

  // The output itself, with its ends, as a real number.
  Sum output_at(std::int64_t n, std::int64_t p, std::int64_t q, std::int64_t k) {
    Sum sum = sum_at(n, p, q, k);
    const auto add = [&](double term) {
      sum.value += term;
      if (problem_.integer()) sum.magnitude += std::abs(term);
    };
    if (problem_.ends.bias) add(bias_[std::size_t(k)]);
    if (problem_.ends.add)
      add((residual_.stored(n, p, q, k) - problem_.add_scale.zero) *
          double(problem_.add_scale.scale));
    sum.value = activate(problem_.ends, sum.value);
    return sum;
  }

  // How far a stored result is from the truth, as a share of what the sum's terms and ends add up
  // to. What rounding to the type of the output explains is not counted, so an integer is off by
  // one unit only where the truth is as near to a tie as the tolerance says.
  double error_at(std::int64_t n, std::int64_t p, std::int64_t q, std::int64_t k, double got,
                  int tile = 0) {
    Sum want = output_at(n, p, q, k);
    if (tile > 0 && problem_.winograd == 0)
      want.magnitude = tile_magnitude(n, p / tile, q / tile, k, tile);
    const Scale& scale = problem_.y_scale;
    double off = 0;
    if (is_byte(problem_.y_type)) {
      const double low = problem_.y_type == DType::i8 ? -128 : 0;
      const double units = want.value / double(scale.scale) + scale.zero;
      off = (std::abs(got - std::clamp(units, low, low + 255)) - 0.5) * double(scale.scale);
    } else {
      off = std::abs(got - want.value);
      if (problem_.y_type == DType::bf16) off -= 0x1p-8 * std::abs(want.value);
      if (problem_.y_type == DType::f16) off -= std::max(0x1p-11 * std::abs(want.value), 0x1p-25);
    }
    const double distance = std::max(off, 0.0) / (want.magnitude + 1 + std::abs(want.value));
    return std::isnan(got) ? 1e30 : distance;
  }

 private:
  // With what lies around the views; where the device fails, what it leaves: poison.
  std::vector<float> on_device(const ConvRow& row) {
    const std::size_t margin = SlackValue::kMargin;  // bytes; no value has less around it
    auto operands =
        DeviceOperands::open(row.device, call(), packed_.size(), scratch_.size(), margin);
    if (operands && operands->run(row, problem_)) (void)operands->fetch();
    return y_.values();
  }
  // Of weights in the Winograd domain, a row of outputs at a time.
  Sum domain_sum(std::int64_t n, std::int64_t p, std::int64_t q, std::int64_t k) {
    if (domain_row_ != n * problem_.p() + p) {
      const float* w = decoded_.as<float>().data();
      domain_row_ = n * problem_.p() + p;
      domain_sums_ = winograd_sums(problem_, x_.view(), w, n, p);
      domain_magnitudes_ = winograd_sums(problem_, x_.view(), w, n, p, true);
    }
    const auto at = std::size_t(q * problem_.k + k);
    return {domain_sums_[at], domain_magnitudes_[at]};
  }

  // The sum over channels of the largest |x| that the tile reads times the |w| of a 3x3 filter.
  double tile_magnitude(std::int64_t n, std::int64_t p, std::int64_t q, std::int64_t k, int m) {
    const ConvProblem& c = problem_;
    if (largest_m_ != m) find_largest(m);
    const std::int64_t tile = (n * ((c.p() + m - 1) / m) + p) * ((c.q() + m - 1) / m) + q;
    const float* largest = largest_.data() + tile * c.c;
    const float* w = decoded_.as<float>().data() + k * c.c * 9;
    double magnitude = 0;
    for (std::int64_t i = 0; i < c.c; ++i)
      for (int tap = 0; tap < 9; ++tap) magnitude += double(largest[i]) * std::abs(*w++);
    return magnitude;
  }
  void find_largest(int m) {
    const ConvProblem& c = problem_;
    largest_.clear();
    largest_m_ = m;
    for (std::int64_t n = 0; n < c.n; ++n)
      for (std::int64_t p = 0; p < c.p(); p += m)
        for (std::int64_t q = 0; q < c.q(); q += m)
          for (std::int64_t i = 0; i < c.c; ++i)
            largest_.push_back(largest_of(n, p - c.pad_top, q - c.pad_left, i, m + 2));
  }
  float largest_of(std::int64_t n, std::int64_t h, std::int64_t w, std::int64_t i, int size) {
    const View x = x_.view();
    float most = 0;
    for (std::int64_t y = std::max<std::int64_t>(h, 0); y < std::min(h + size, problem_.h); ++y)
      for (std::int64_t v = std::max<std::int64_t>(w, 0); v < std::min(w + size, problem_.w); ++v)
        most = std::max(
            most,
            std::abs(x.as<float>()[n * x.strides[0] + y * x.strides[2] + v * x.strides[3] + i]));
    return most;
  }

  void set_zeros(Zeros zeros, Rng& rng) {
    if (zeros == Zeros::random)
      return thin_out(weights_, problem_.density, problem_.format ? problem_.format->block : 1,
                      rng);
    const auto all = weights_.edit<float>();
    const std::size_t each = all.size() / std::size_t(problem_.k);
    const auto filter = std::size_t(rng.below(problem_.k)), element = std::size_t(rng.below(each));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::size_t k = i / each;
      const bool kept = zeros == Zeros::none ||
                        (zeros == Zeros::but_one && i == filter * each + element) ||
                        (zeros == Zeros::but_one_filter && k == filter) ||
                        (zeros == Zeros::uneven && rng.below(4) < std::int64_t(k % 4));
      if (!kept) all[i] = 0;
    }
  }

  Shape output_shape() const { return Shape{problem_.n, problem_.k, problem_.p(), problem_.q()}; }
  void encode() {
    const Format* format = problem_.format ? problem_.format : find_format("dense");
    if (format->nearest) weights_ = format->nearest(weights_);
    encoded_ = *format->encode(weights_);
    decoded_ = format->decode(encoded_);
  }

  // Any bytes, -128 among them, with a scale for each filter; decoded_ holds the bytes.
  void encode_bytes(Rng& rng) {
    Tensor bytes(DType::i8, weights_.shape()), scales(DType::f32, {problem_.k});
    const Format* format = problem_.format;
    if (format->nearest) weights_ = format->nearest(weights_);
    for (float& w : weights_.edit<float>())
      if (w != 0) w = format->nearest ? std::round(w * 127) : float(rng.below(256) - 128);
    for (float& scale : scales.edit<float>()) scale = float(rng.uniform(0.5, 1.5) / 128);
    std::ranges::transform(weights_.as<float>(), bytes.edit<std::int8_t>().begin(),
                           [](float w) { return std::int8_t(w); });
    encoded_ = {
        find_format("int8"), DType::i8, weights_.shape(), density_of(weights_), {bytes, scales}};
    decoded_ = weights_;
    if (format->encode_bytes) encoded_ = *format->encode_bytes(encoded_);
  }

  // Scales that spread most outputs over the bytes and let some saturate.
  void set_scales(Rng& rng) {
    const auto scale_for = [&](DType type, double scale) -> Scale {
      if (!is_byte(type)) return {};
      const auto zero = std::int32_t(rng.below(4) ? rng.below(256) : 0);
      return {float(rng.uniform(0.5, 1.5) * scale), zero - (type == DType::i8 ? 128 : 0)};
    };
    const double depth = double(problem_.c / problem_.groups * problem_.r * problem_.s);
    problem_.x_scale = scale_for(problem_.type, 1.0 / 128);
    problem_.add_scale = scale_for(problem_.add_type, 1.0 / 64);
    problem_.y_scale = scale_for(problem_.y_type, std::sqrt(depth) / 128);
  }

  ConvProblem problem_;
  bool in_order_ = false;
  SlackValue x_, residual_, y_;
  Tensor weights_, decoded_;
  std::vector<float> bias_, largest_;  // largest_: |x| by tile and channel
  int largest_m_ = 0;                  // of tiles of that many outputs
  std::int64_t domain_row_ = -1;
  std::vector<double> domain_sums_, domain_magnitudes_;
  Encoded encoded_;
  Buffer packed_, scratch_;
  ConstView views_[2];
  View out_;
};

}  // namespace dlis
