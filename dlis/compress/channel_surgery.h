// What the parts of surgery share.
#pragma once
#include <algorithm>

#include "dlis/compress/channel_groups.h"

namespace dlis {

using Keep = std::vector<bool>;  // by index along an axis

inline Keep kept(const std::vector<int>& columns, const std::vector<bool>& dropped) {
  Keep keep;
  for (const int column : columns) keep.push_back(column < 0 || !dropped[std::size_t(column)]);
  return keep;
}

inline std::int64_t kept_between(const Keep& keep, std::int64_t begin, std::int64_t end) {
  return std::count(keep.begin() + begin, keep.begin() + end, true);
}

// What is left of the values around one node.
struct Around {
  const Graph& before;
  const std::vector<const ChannelValue*>& by_value;
  const std::vector<bool>& dropped;

  const ChannelValue* of(ValueId id) const {
    return id == kNoValue || std::size_t(id) >= by_value.size() ? nullptr
                                                                : by_value[std::size_t(id)];
  }
  Shape shape(ValueId id) const {
    Shape left = *before.value(id).shape;
    if (const ChannelValue* value = of(id)) {
      const Keep keep = kept(value->columns, dropped);
      left[value->axis] = kept_between(keep, 0, std::int64_t(keep.size()));
    }
    return left;
  }
};

// Attributes that state extents or channels, of a node in the graph `after` whose constants are
// cut.
void fit_attributes(const Graph& after, Node& node, const Around& around);

}  // namespace dlis
