#include "dlis/runtime/byte_rows.h"

#include <algorithm>

#include "dlis/compute/conv/band.h"

namespace dlis {

std::vector<ByteRows> byte_rows(const DeviceView& view) {
  struct Axis {
    std::size_t extent, stride;  // bytes
  };
  std::vector<Axis> axes;
  for (int axis = 0; axis < view.shape.rank(); ++axis) {
    if (view.shape[axis] == 0) return {};
    if (view.shape[axis] > 1)
      axes.push_back(
          {std::size_t(view.shape[axis]), std::size_t(view.strides[axis]) * size_of(view.type)});
  }
  std::ranges::sort(axes, {}, &Axis::stride);
  ByteRows rows{view.offset, size_of(view.type)};
  std::size_t at = 0;
  for (; at < axes.size() && axes[at].stride == rows.bytes; ++at) rows.bytes *= axes[at].extent;
  if (at < axes.size()) rows.count = axes[at].extent, rows.pitch = axes[at].stride, ++at;
  for (; at < axes.size() && axes[at].stride == rows.pitch * rows.count; ++at)
    rows.count *= axes[at].extent;
  std::vector<ByteRows> all{rows};
  for (; at < axes.size(); ++at) {
    const std::size_t known = all.size();
    for (std::size_t i = 1; i < axes[at].extent; ++i)
      for (std::size_t j = 0; j < known; ++j) {
        all.push_back(all[j]);
        all.back().offset += i * axes[at].stride;
      }
  }
  return all;
}

std::optional<DeviceView> common_rows(const DeviceView& a, const DeviceView& b) {
  if (a.shape.rank() != 4 || b.shape.rank() != 4 || a.strides != b.strides) return std::nullopt;
  for (int axis : {0, 1, 3})
    if (a.shape[axis] != b.shape[axis]) return std::nullopt;
  const auto row = std::int64_t(size_of(a.type)) * a.strides[2];
  const std::int64_t distance = std::int64_t(b.offset) - std::int64_t(a.offset);
  if (row <= 0 || distance % row != 0) return std::nullopt;
  const std::int64_t b_first = distance / row, b_last = b_first + b.shape[2];  // counted from a's
  const std::int64_t first = std::max<std::int64_t>(b_first, 0);
  const std::int64_t last = std::min(a.shape[2], b_last);
  // Of several images the rows must not reach into the next one.
  const std::int64_t extent = std::max(a.shape[2], b_last) - std::min<std::int64_t>(b_first, 0);
  if (a.shape[0] > 1 && extent * a.strides[2] > a.strides[0]) return std::nullopt;
  return rows_of(a, std::min(first, a.shape[2]), std::max<std::int64_t>(last - first, 0));
}

}  // namespace dlis
