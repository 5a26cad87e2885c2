// One stack, measured: load . compress . plan . measure.
#pragma once
#include <functional>
#include <optional>

#include "dlis/data/dataset.h"
#include "dlis/explore/record.h"
#include "dlis/explore/stack.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// MODEL as the command takes it: a file (.onnx, .onnx.gz) or a row, with an optional `?mean=...`.
struct ModelOptions {
  std::map<std::string, Shape> shapes;
  std::int64_t batch = 1;
  std::uint64_t seed = 1;
};
Result<Graph> load_model(const std::string& model, const ModelOptions& options = {});

struct EvaluateOptions {
  std::string data;      // empty: no accuracy
  double seconds = 0.5;  // of timing
  std::uint64_t seed = 1;
  std::filesystem::path cache;
};

struct Accuracy {
  double top1 = 0;  // percent
  std::int64_t images = 0;
  std::vector<std::int32_t> predictions;
};
// Runs the plan in batches on all of its threads.
Result<Accuracy> accuracy_of(const Graph& graph, const PlanOptions& options, const Dataset& data,
                             const std::function<void(std::int64_t done)>& progress = {});

// A refused stack is a record with its reason; an error is the world being wrong.
Result<Record> evaluate(const Stack& stack, const EvaluateOptions& options);

}  // namespace dlis
