// Runs a network over the images and collects what its values are.
#include <algorithm>

#include "dlis/compress/quantise.h"

namespace dlis {
namespace {

constexpr std::int64_t kMostElements = 64 << 20, kMostImages = 64;  // of a batch's wanted values

std::int64_t batch_for(const Graph& graph, std::span<const ValueId> wanted) {
  std::int64_t elements = 1;
  const std::int64_t now = std::max<std::int64_t>(1, (*graph.value(graph.inputs[0]).shape)[0]);
  for (ValueId id : wanted) elements += graph.value(id).shape->elements() / now;
  return std::clamp<std::int64_t>(kMostElements / elements, 1, kMostImages);
}

Range widened(Range range, std::span<const float> values) {
  for (const float x : values) {
    range.low = std::min(range.low, x);
    range.high = std::max(range.high, x);
  }
  return range;
}

}  // namespace

Status observe_images(const Graph& graph, std::span<const ValueId> wanted,
                      const CompressOptions& options, const See& see) {
  const Dataset& images = *options.images;
  const std::int64_t batch = batch_for(graph, wanted);
  for (std::int64_t first = 0; first < images.size(); first += batch) {
    const std::int64_t count = std::min(batch, images.size() - first);
    if (options.progress && !options.progress("calibrating", double(first) / double(images.size())))
      return fail("stopped", graph.name);
    const std::vector<Tensor> inputs = batch_of(images, options.how, first, count);
    see(DLIS_TRY(options.observe(graph, inputs, wanted)));
  }
  return {};
}

Result<Ranges> calibrate(const Graph& graph, const ByteParts& parts, Calibration how,
                         const CompressOptions& options) {
  const std::vector<ValueId>& wanted = parts.values;
  std::vector<Range> seen(wanted.size());
  DLIS_TRY(observe_images(graph, wanted, options, [&](std::span<const Tensor> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      seen[i] = widened(seen[i], values[i].as<float>());
  }));
  Ranges ranges;
  if (how != Calibration::minmax) {
    std::vector<Histogram> histograms(seen.begin(), seen.end());
    DLIS_TRY(observe_images(graph, wanted, options, [&](std::span<const Tensor> values) {
      for (std::size_t i = 0; i < values.size(); ++i) histograms[i].add(values[i].as<float>());
    }));
    for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = range_of(histograms[i], how);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {  // values of one range: that of all of them
    const auto like = parts.like.find(wanted[i]);
    Range& range = ranges[like == parts.like.end() ? wanted[i] : like->second];
    range = {std::min(range.low, seen[i].low), std::max(range.high, seen[i].high)};
  }
  for (const auto& [id, first] : parts.like) ranges[id] = ranges[first];
  return ranges;
}

}  // namespace dlis
