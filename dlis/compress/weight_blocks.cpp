// Where the blocks of a tensor lie, and how large their weights are.
#include "dlis/compress/weight_blocks.h"

#include <array>
#include <bit>
#include <cmath>

#include "dlis/base/text.h"

namespace dlis {
namespace {
constexpr std::int64_t kWidest = 16;
}

Result<Granularity> parse_granularity(const std::string& text) {
  if (text == "element") return Granularity::element;
  if (text == "block1x16") return Granularity::block1x16;
  if (text == "kernel1x16") return Granularity::kernel1x16;
  if (text == "2of4") return Granularity::two_of_four;
  return tl::unexpected(
      unknown_name("granularity", text, {"element", "block1x16", "kernel1x16", "2of4"}));
}

struct WeightBlocks::Members {
  std::array<std::int64_t, kWidest> at;
  std::int64_t count = 0;
  std::span<const std::int64_t> all() const { return {at.data(), std::size_t(count)}; }
};

WeightBlocks::WeightBlocks(const Tensor& values, const Weight& weight, Granularity granularity)
    : values_(values), extent_(values.elements()) {
  if (granularity != Granularity::element && extent_ > 0) {
    const bool outputs = granularity != Granularity::two_of_four;
    const int axis = outputs ? weight.outputs : weight.inputs;
    if (granularity == Granularity::kernel1x16 && axis == 0)
      for (int i = 2; i < values.shape().rank(); ++i) depth_ *= values.shape()[i];
    inner_ = row_major_strides(values.shape())[axis];
    extent_ = values.shape()[axis] / (outputs ? weight.groups : 1);
    lines_ = values.elements() / std::max<std::int64_t>(1, extent_ * depth_);
    width_ = outputs ? kWidest : 4;
    stay_ = outputs ? 0 : 2;
  }
  runs_ = (extent_ + width_ - 1) / width_;
}

WeightBlocks::Run WeightBlocks::run(std::int64_t block) const {
  const std::int64_t line = block / runs_ * depth_, begin = block % runs_ * width_;
  return {(line / inner_ * extent_ + begin) * inner_ + line % inner_,
          std::min(width_, extent_ - begin)};
}

// The smallest of the run.
WeightBlocks::Members WeightBlocks::members(std::int64_t block) const {
  const auto [first, length] = run(block);
  Members members;
  for (std::int64_t i = 0; i < length; ++i) members.at[std::size_t(i)] = first + i * inner_;
  members.count = size(block) / depth_;
  if (stay_ > 0)
    std::ranges::sort(members.at.begin(), members.at.begin() + length, {},
                      [&](std::int64_t i) { return std::pair(unsigned_bits(std::size_t(i)), i); });
  return members;
}

std::int64_t WeightBlocks::prunable() const {
  return runs_ == 0 ? 0 : lines_ * ((runs_ - 1) * size(0) + size(runs_ - 1));
}

std::uint32_t WeightBlocks::mean_magnitude(std::int64_t block) const {
  const Members gone = members(block);
  double sum = 0;
  for (const std::int64_t i : gone.all())
    for (std::int64_t d = i; d < i + depth_; ++d) {
      const double value = values_.as<float>()[std::size_t(d)];
      sum += value * value;
    }
  const auto root = float(std::sqrt(sum / double(std::max<std::int64_t>(1, gone.count * depth_))));
  return std::bit_cast<std::uint32_t>(root);
}

void WeightBlocks::clear(std::int64_t block) {
  if (width_ == 1) {
    values_.edit<float>()[std::size_t(block)] = 0;
    return;
  }
  const Members gone = members(block);
  const auto values = values_.edit<float>();
  for (const std::int64_t i : gone.all())
    std::fill_n(values.begin() + std::ptrdiff_t(i), depth_, 0.0f);
}

}  // namespace dlis
