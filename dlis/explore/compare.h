// Layer by layer against another engine's tensors: which layer is the first that differs.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/model/graph.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// One value beside a reference.
struct Difference {
  std::string name;  // of the value
  std::string op;    // of the step that made it
  Shape shape;
  double largest = 0;  // |ours - theirs|
  double relative =
      0;  // that over the largest |theirs|; infinite where one side alone is not finite
  std::string problem;  // another shape or number of values; empty: compared
  bool differs = false;
};
// All values that have a reference.
struct Comparison {
  std::vector<Difference> values;   // in the order they were computed
  const Difference* first() const;  // that differs; null: none does
};

// `folder` is in the layout of ONNX test data: input_0.pb, ... and output_0.pb, ..., there or in
// test_data_set_0. A file NAME.pb holds a value of the network ('/' and ':' in NAME written '_');
// values that the plan fused away cannot be compared. A value differs above `tolerance` times the
// largest |theirs|. Errors: no such folder, an input missing, nothing to compare with.
Result<Comparison> compare(Graph graph, const PlanOptions& options,
                           const std::filesystem::path& folder, double tolerance = 1e-4);

// Of two tensors of any types.
Difference difference_of(const Tensor& ours, const Tensor& theirs, double tolerance);

}  // namespace dlis
