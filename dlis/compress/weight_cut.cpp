// Finds the magnitude below which blocks go, without a copy of them.
#include "dlis/compress/weight_cut.h"

#include <cmath>

namespace dlis {
namespace {

// How many of the lowest magnitudes to take: all below `threshold`, and of those equal to it as
// many as have `ties` weights.
struct Cut {
  std::uint32_t threshold = 0;
  std::int64_t ties = 0;
};

// A histogram of the upper 16 bits finds the bin that the count ends in, one of the lower 16 bits
// inside that bin the magnitude itself: two passes.
Cut find_cut(std::span<const WeightBlocks> tensors, std::int64_t count) {
  std::uint32_t prefix = 0;
  for (const bool upper : {true, false}) {
    std::vector<std::int64_t> histogram(1 << 16);
    for (const WeightBlocks& blocks : tensors)
      for (std::int64_t b = 0; b < blocks.count(); ++b) {
        const std::uint32_t value = blocks.magnitude(b);
        if (upper)
          histogram[value >> 16] += blocks.size(b);
        else if ((value >> 16) == prefix)
          histogram[value & 0xffff] += blocks.size(b);
      }
    std::uint32_t bin = 0;
    while (count > histogram[bin]) count -= histogram[bin++];
    prefix = upper ? bin : prefix << 16 | bin;
  }
  return {prefix, count};
}

// Returns how many weights went.
std::int64_t apply_cut(WeightBlocks& blocks, Cut& cut) {
  std::int64_t gone = 0;
  for (std::int64_t b = 0; b < blocks.count(); ++b) {
    const std::uint32_t value = blocks.magnitude(b);
    const bool tie = value == cut.threshold && cut.ties > 0;
    if (value >= cut.threshold && !tie) continue;
    if (tie) cut.ties -= blocks.size(b);
    gone += blocks.size(b);
    blocks.clear(b);
  }
  return gone;
}

// The `count` smallest go; with by_layer as many of each as its size is worth, `count` in all.
void cut(std::span<WeightBlocks> tensors, bool by_layer, std::int64_t count) {
  if (!by_layer) {
    Cut all = find_cut(tensors, count);
    for (WeightBlocks& blocks : tensors) apply_cut(blocks, all);
    return;
  }
  std::int64_t prunable = 0, seen = 0, gone = 0;
  for (const WeightBlocks& blocks : tensors) prunable += blocks.prunable();
  for (WeightBlocks& blocks : tensors) {
    seen += blocks.prunable();
    const auto until = std::llround(double(count) * double(seen) / double(prunable));
    Cut own = find_cut(std::span(&blocks, 1), until - gone);
    gone += apply_cut(blocks, own);
  }
}

std::vector<WeightBlocks> blocks_of(const Graph& graph, const WeightPool& pool) {
  std::vector<WeightBlocks> all;
  for (const Weight& weight : pool.weights)
    all.emplace_back(graph.value(weight.value).constant.converted(DType::f32), weight,
                     pool.granularity);
  return all;
}

}  // namespace

std::int64_t prunable(const Graph& graph, const WeightPool& pool) {
  std::int64_t sum = 0;
  for (const WeightBlocks& blocks : blocks_of(graph, pool)) sum += blocks.prunable();
  return sum;
}

Graph with_zeros(Graph graph, const WeightPool& pool, double share) {
  const auto count = std::llround(share * double(pool.wanted));
  if (count == 0) return graph;
  std::vector<WeightBlocks> tensors = blocks_of(graph, pool);
  cut(tensors, pool.by_layer, count);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    Tensor& constant = graph.value(pool.weights[i].value).constant;
    constant = tensors[i].values().converted(constant.type());
  }
  return graph;
}

}  // namespace dlis
