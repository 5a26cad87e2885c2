// From nodes of the graph to problems of the computation layer.
#pragma once
#include <optional>

#include "dlis/runtime/placement.h"

namespace dlis {

// A step whose row is not chosen yet. Convolutions and dense layers have weights (OIHW, f32, or the
// bytes of `given`) and perhaps a bias (K values); every other step has its operator's row already.
struct LoweredStep {
  Step step;
  Tensor weights, bias;
  std::vector<ValueId> consumed = {};  // constants that live on in the packed weights only
  std::optional<Encoded> given = {};   // weights that the network has in a format already
  // The one format that weights may have for this problem's types; null: any.
  const Format* only_format() const;
};

// The steps of all nodes that compute something, in order. Errors: an operator without a kernel, or
// one whose kernel refuses the problem; one report names them all.
Result<std::vector<LoweredStep>> lower(const Graph& graph, const Placements& placements,
                                       const PlanOptions& options);

// Which nodes have no row for the types that their values are stored in; `reference` counts only
// where it is asked for.
std::vector<bool> refused_nodes(const Graph& graph, const Placements& placements,
                                const PlanOptions& options);

// A copy between two places of one logical value, as `Reorder` does it.
Result<Step> copy_step(const std::string& name, const TensorDesc& from, const TensorDesc& to,
                       int workers);

}  // namespace dlis
