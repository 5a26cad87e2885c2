// Sets of labels.
#include "dlis/compress/channel_labels.h"

#include <algorithm>
#include <numeric>

namespace dlis {

void DisjointSets::add(std::size_t count) {
  parents_.resize(parents_.size() + count);
  std::iota(parents_.end() - std::ptrdiff_t(count), parents_.end(), size() - int(count));
}

int DisjointSets::root(int id) {
  while (parents_[std::size_t(id)] != id) {
    int& parent = parents_[std::size_t(id)];
    parent = parents_[std::size_t(parent)];
    id = parent;
  }
  return id;
}

void DisjointSets::unite(int a, int b) {
  a = root(a), b = root(b);
  parents_[std::size_t(std::max(a, b))] = std::min(a, b);
}

Labelling::Labelling(const Graph& of) : graph(of), values(of.values.size()) {
  together_.add(1);
  apart_.add(1);
}

std::vector<int> Labelling::fresh(std::int64_t count) {
  std::vector<int> ids(static_cast<std::size_t>(count));
  std::iota(ids.begin(), ids.end(), together_.size());
  together_.add(ids.size());
  apart_.add(ids.size());
  return ids;
}

// 0 is the least and stays the root of what stays.
void Labelling::unite(int a, int b) {
  together_.unite(a, b);
  if (a != 0 && b != 0) return apart_.unite(a, b);
  if (a != b) causes_.emplace_back(std::max(a, b), at);
}

void Labelling::unite(const std::vector<int>& a, const std::vector<int>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) unite(a[i], b[i]);
}

void Labelling::freeze(const std::vector<int>& ids) {
  for (const int id : ids) unite(id, 0);
}

std::map<int, int> Labelling::causes() {
  std::map<int, int> by_bond;
  for (const auto& [id, node] : causes_) by_bond.emplace(bond(id), node);
  return by_bond;
}

void Labelling::freeze(ValueId id) {
  if (id != kNoValue) freeze(of(id).ids);
}

void Labelling::set(ValueId id, int axis, std::vector<int> ids) {
  if (id != kNoValue) values[std::size_t(id)] = {axis, std::move(ids)};
}

void Labelling::cut(int node, int input, int axis, ChannelRole role, const std::vector<int>& ids) {
  const auto& inputs = graph.nodes[std::size_t(node)].inputs;
  const ValueId weights =
      std::size_t(input) < inputs.size() ? inputs[std::size_t(input)] : kNoValue;
  if (weights == kNoValue) return;
  const bool fits = graph.is_constant(weights) && axis < shape(weights).rank() &&
                    shape(weights)[axis] == std::int64_t(ids.size());
  if (!fits) return freeze(ids);
  axes.push_back({node, input, weights, axis, role, ids});
}

}  // namespace dlis
