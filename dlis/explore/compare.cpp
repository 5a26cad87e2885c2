// Runs a plan on recorded inputs and compares every value that was recorded, too.
#include "dlis/explore/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/model/onnx/onnx.h"
#include "dlis/model/op.h"
#include "dlis/runtime/session.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

// Doubles hold every element type exactly but large i64.
std::vector<double> values_of(const Tensor& tensor) {
  std::vector<double> values;
  const auto append = [&](auto span) { values.assign(span.begin(), span.end()); };
  if (tensor.type() == DType::i64)
    append(tensor.as<std::int64_t>());
  else if (tensor.type() == DType::i32)
    append(tensor.as<std::int32_t>());
  else
    append(tensor.converted(DType::f32).as<float>());
  return values;
}

std::string file_name(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '/' || c == ':'; }, '_');
  return name + ".pb";
}

Result<fs::path> data_folder(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::path& candidate : {folder, folder / "test_data_set_0"})
    if (fs::exists(candidate / "input_0.pb", ignored)) return candidate;
  return fail(
      fs::is_directory(folder, ignored) ? "there is no input_0.pb" : "there is no such folder",
      folder.string(), "give a folder with input_0.pb, output_0.pb, ...");
}

Result<std::vector<Tensor>> load_inputs(const fs::path& folder, Graph& graph) {
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    inputs.push_back(DLIS_TRY(load_tensor_pb(folder / fmt::format("input_{}.pb", i))));
    const Value& value = graph.value(graph.inputs[i]);
    const std::string name = value.name;
    if (value.shape && *value.shape == inputs[i].shape()) continue;
    graph = DLIS_TRY(with_input_shape(std::move(graph), name, inputs[i].shape()));
  }
  return inputs;
}

// Compares with FILE where it exists.
Status compare_with(const fs::path& file, const std::string& name, const std::string& op,
                    const Tensor& ours, double tolerance, Comparison& into) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return {};
  const Tensor theirs = DLIS_TRY(load_tensor_pb(file));
  Difference difference = difference_of(ours, theirs, tolerance);
  difference.name = name;
  difference.op = op;
  into.values.push_back(std::move(difference));
  return {};
}

std::string op_of(const Plan& plan, const std::string& value) {
  for (const Step& step : plan.steps)
    for (ValueId id : step.outputs)
      if (id != kNoValue && plan.graph.value(id).name == value) return step.op;
  for (const Node& node : plan.graph.nodes)  // those that share memory have no step
    for (ValueId id : node.outputs)
      if (id != kNoValue && plan.graph.value(id).name == value) return node.op->name;
  return "";
}

}  // namespace

const Difference* Comparison::first() const {
  const auto found =
      std::find_if(values.begin(), values.end(), [](const Difference& d) { return d.differs; });
  return found == values.end() ? nullptr : &*found;
}

Difference difference_of(const Tensor& ours, const Tensor& theirs, double tolerance) {
  Difference difference;
  difference.shape = ours.shape();
  if (!(ours.shape() == theirs.shape())) {
    difference.problem =
        fmt::format("shape {} instead of {}", ours.shape().text(), theirs.shape().text());
    difference.differs = true;
    return difference;
  }
  const auto a = values_of(ours), b = values_of(theirs);
  double scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isfinite(b[i])) scale = std::max(scale, std::abs(b[i]));
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double distance = std::abs(a[i] - b[i]);
    difference.largest = std::isfinite(distance) ? std::max(difference.largest, distance)
                                                 : std::numeric_limits<double>::infinity();
  }
  difference.relative = difference.largest > 0 ? difference.largest / scale : 0;
  difference.differs = difference.largest > tolerance * scale;
  return difference;
}

Result<Comparison> compare(Graph graph, const PlanOptions& options, const fs::path& folder,
                           double tolerance) {
  const fs::path data = DLIS_TRY(data_folder(folder));
  const auto inputs = DLIS_TRY(load_inputs(data, graph));
  const auto plan = DLIS_TRY(make_plan(graph, options));
  Session session = DLIS_TRY(Session::open(plan));
  Comparison comparison;
  Status status;
  const auto see = [&](const Value& value, const Tensor& tensor) {
    if (!status) return;
    status = compare_with(data / file_name(value.name), value.name, op_of(*plan, value.name),
                          tensor, tolerance, comparison);
  };
  const auto outputs = DLIS_TRY(session.observe(inputs, see));
  DLIS_TRY(std::move(status));
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = plan->graph.value(plan->graph.outputs[i]).name;
    DLIS_TRY(compare_with(data / fmt::format("output_{}.pb", i), name, op_of(*plan, name),
                          outputs[i], tolerance, comparison));
  }
  if (comparison.values.empty())
    return fail("there is nothing to compare with", data.string(),
                "add output_0.pb, or NAME.pb for values inside");
  return comparison;
}

}  // namespace dlis
