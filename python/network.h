// A network as Python holds it.
#pragma once
#include <tuple>

#include "bind.h"

namespace dlis::python {

struct Network {
  Graph graph;
  std::string model;  // as it was loaded
  ModelOptions options;
  std::vector<std::string> notes;  // of compression
};

using ValueText = std::tuple<std::string, std::string, std::vector<std::int64_t>>;
// Name, type and shape of inputs or outputs.
std::vector<ValueText> texts_of(const Graph& graph, const std::vector<ValueId>& ids);

// Raises where it is none; `name` is the input's.
Shape shape_of(const std::string& name, const std::vector<std::int64_t>& extents);

// All images of `spec` as the network takes them, and their labels (-1 where unknown).
std::pair<Tensor, std::vector<std::int32_t>> images_of(const Graph& graph, const std::string& spec);

}  // namespace dlis::python
