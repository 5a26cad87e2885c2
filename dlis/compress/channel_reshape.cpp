// The labels of a value whose elements are read in another shape.
//
// Both shapes are cut into blocks of axes that hold the same elements. In the block of the labelled
// axis every element has a label; the axis of the new shape that leaves most of them apart carries
// them on, and what lies on one slice of it goes together.
#include <algorithm>
#include <numeric>

#include "dlis/compress/channel_labels.h"

namespace dlis {
namespace {

// Axes [from_begin, from_end) of one shape hold the same elements as [to_begin, to_end) of the
// other.
struct Block {
  int from_begin, from_end, to_begin, to_end;
};

// The smallest block with `axis` of `from` in it.
Block block_of(const Shape& from, const Shape& to, int axis) {
  Block block{0, 0, 0, 0};
  while (block.from_end <= axis) {
    block.from_begin = block.from_end, block.to_begin = block.to_end;
    std::int64_t a = from[block.from_end++], b = 1;
    if (block.to_end < to.rank()) b = to[block.to_end++];
    while (a != b) {
      if (a < b && block.from_end < from.rank())
        a *= from[block.from_end++];
      else if (a > b && block.to_end < to.rank())
        b *= to[block.to_end++];
      else
        break;
    }
  }
  return block;
}

std::int64_t product(const Shape& shape, int begin, int end) {
  std::int64_t all = 1;
  for (int axis = begin; axis < end; ++axis) all *= shape[axis];
  return all;
}

// Whether uniting the slices' elements would leave more labels on this axis than on another: the
// number of sets of slices that share no label.
std::int64_t labels_left(Labelling& labelling, const std::vector<int>& ids, std::int64_t extent,
                         std::int64_t inner) {
  std::vector<std::pair<int, int>> seen;  // label, slice
  for (std::size_t i = 0; i < ids.size(); ++i)
    seen.emplace_back(labelling.root(ids[i]), int(std::int64_t(i) / inner % extent));
  std::ranges::sort(seen);
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  std::vector<int> parents(static_cast<std::size_t>(extent));
  std::iota(parents.begin(), parents.end(), 0);
  const auto root = [&](int slice) {
    while (parents[std::size_t(slice)] != slice) slice = parents[std::size_t(slice)];
    return slice;
  };
  std::int64_t left = extent;
  for (std::size_t i = 1; i < seen.size(); ++i) {
    if (seen[i].first != seen[i - 1].first) continue;
    const int a = root(seen[i].second), b = root(seen[i - 1].second);
    if (a != b) parents[std::size_t(std::max(a, b))] = std::min(a, b), --left;
  }
  return left;
}

}  // namespace

Labels reshaped(Labelling& labelling, const Labels& labels, const Shape& from, const Shape& to) {
  if (!labels || from.elements() != to.elements() || from.elements() == 0) {
    labelling.freeze(labels.ids);
    return {};
  }
  const Block block = block_of(from, to, labels.axis);
  const std::int64_t all = product(from, block.from_begin, block.from_end);
  const std::int64_t inner = product(from, labels.axis + 1, block.from_end);
  std::vector<int> ids(static_cast<std::size_t>(all));
  for (std::int64_t i = 0; i < all; ++i)
    ids[std::size_t(i)] = labels.ids[std::size_t(i / inner % from[labels.axis])];
  int best = -1;
  std::int64_t most = 0;
  for (int axis = block.to_begin; axis < block.to_end; ++axis) {
    const std::int64_t left =
        block.to_end == block.to_begin + 1
            ? 1
            : labels_left(labelling, ids, to[axis], product(to, axis + 1, block.to_end));
    if (left >= most) best = axis, most = left;  // the last of equals: shuffles are groups x rest
  }
  if (best < 0) {
    labelling.freeze(labels.ids);
    return {};
  }
  // What is left of a slice along the other axes goes with its first element.
  Labels result{best, std::vector<int>(std::size_t(to[best]), -1)};
  const std::int64_t step = product(to, best + 1, block.to_end);
  for (std::int64_t i = 0; i < all; ++i) {
    int& first = result.ids[std::size_t(i / step % to[best])];
    if (first < 0)
      first = ids[std::size_t(i)];
    else
      labelling.unite(first, ids[std::size_t(i)]);
  }
  return result;
}

}  // namespace dlis
