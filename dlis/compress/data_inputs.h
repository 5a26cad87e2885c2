// What a network reads, as the data has to have it.
#pragma once
#include "dlis/data/dataset.h"
#include "dlis/model/graph.h"

namespace dlis {

inline std::vector<DataInput> data_inputs(const Graph& graph) {
  std::vector<DataInput> inputs;
  for (const ValueId id : graph.inputs)
    inputs.push_back({graph.value(id).name, *graph.value(id).shape});
  return inputs;
}

}  // namespace dlis
