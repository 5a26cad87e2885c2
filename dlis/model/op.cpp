// The list of operators, and a node's way through its row: import, inference, folding, export.
#include "dlis/model/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dlis/base/limits.h"
#include "dlis/base/text.h"

namespace dlis {
namespace model {
#define DLIS_ROW(name)              \
  extern const Operator name##_row; \
  extern const OnnxForm name##_onnx;
#include "dlis/model/ops.inc"
#undef DLIS_ROW
}  // namespace model

namespace {

constexpr std::array kOperators{
#define DLIS_ROW(name) &model::name##_row,
#include "dlis/model/ops.inc"
#undef DLIS_ROW
};

constexpr std::array kForms{
#define DLIS_ROW(name) &model::name##_onnx,
#include "dlis/model/ops.inc"
#undef DLIS_ROW
};

Status named(Status status, const Graph& graph, const Node& node) {
  if (!status && status.error().where.empty()) status.error().where = place_of(graph, node);
  return status;
}

Status check_counts(const Node& node) {
  const int inputs = int(node.inputs.size()), least = node.op->min_inputs;
  if (inputs < least || inputs > node.op->max_inputs)
    return fail(fmt::format("takes {} {}, not {}", inputs < least ? "at least" : "at most",
                            inputs < least ? least : node.op->max_inputs, inputs));
  for (int i = 0; i < least; ++i)
    if (node.inputs[std::size_t(i)] == kNoValue) return fail(fmt::format("input {} is missing", i));
  if (node.outputs.empty() || node.outputs[0] == kNoValue) return fail("has no output");
  if (int(node.outputs.size()) > node.op->max_outputs)
    return fail(
        fmt::format("somebody uses its output {}, but only {} of its outputs can be computed",
                    node.op->max_outputs, node.op->max_outputs));
  return {};
}

Status check_attributes(const ImportNode& in) {
  const auto known = split(onnx_form_of(*in.node.op).attributes, ' ');
  auto check = [&](const std::string& name) -> Status {
    if (std::ranges::find(known, name) != known.end()) return {};
    return fail(fmt::format("attribute '{}' is not known", name));
  };
  for (const auto& [name, value] : in.node.attributes) DLIS_TRY(check(name));
  for (const auto& [name, tensor] : in.tensors) DLIS_TRY(check(name));
  return {};
}

// Extents that are negative or whose product cannot be the size of anything.
Status check_size(const Value& value) {
  std::int64_t elements = 1;
  for (auto extent : *value.shape) {
    if (extent < 0 || extent > kMostValueElements ||
        (extent > 0 && elements > kMostValueElements / extent))
      return fail(
          fmt::format("value '{}' would be {}, which cannot be", value.name, value.shape->text()));
    elements *= std::max<std::int64_t>(extent, 1);
  }
  return {};
}

Status infer_outputs(InferContext& context) {
  if (context.node.op->infer) return context.node.op->infer(context);
  context.outputs[0]->type = context.inputs[0]->type;
  context.outputs[0]->shape = context.inputs[0]->shape;
  return {};
}

Status infer(Graph& graph, Node& node) {
  DLIS_TRY(check_counts(node));
  InferContext context{graph, node, {}, {}};
  std::vector<Value> reals(node.inputs.size());  // what stands for reals is f32 to the row
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId id = node.inputs[i];
    context.inputs.push_back(id == kNoValue ? nullptr : &graph.value(id));
    if (id != kNoValue && graph.value(id).quant) {
      reals[i] = graph.value(id);
      reals[i].type = DType::f32;
      context.inputs.back() = &reals[i];
    }
    if (id != kNoValue && !graph.value(id).shape)
      return fail(fmt::format("the shape of input '{}' is not known", graph.value(id).name));
    if (id != kNoValue) DLIS_TRY(check_size(graph.value(id)));
  }
  Value absent;
  for (ValueId id : node.outputs)
    context.outputs.push_back(id == kNoValue ? &absent : &graph.value(id));
  DLIS_TRY(infer_outputs(context));
  for (Value* output : context.outputs) {
    if (output->shape) DLIS_TRY(check_size(*output));
    if (output->quant && output->type == DType::f32) output->type = output->quant->type;
  }
  return {};
}

// A constant this large is no shape arithmetic, and an allocation that a file should not cause.
bool is_too_large(const Graph& graph, const Node& node) {
  return std::ranges::any_of(node.outputs, [&](ValueId id) {
    return id != kNoValue && graph.value(id).shape &&
           graph.value(id).shape->elements() > kMostFolded;
  });
}

Status fold(Graph& graph, const Node& node) {
  if (is_too_large(graph, node)) return {};
  std::vector<Tensor> inputs;
  for (ValueId id : node.inputs) {
    if (id != kNoValue && !graph.is_constant(id)) return {};
    inputs.push_back(id == kNoValue ? Tensor() : real_tensor(graph.value(id)));
  }
  auto outputs = DLIS_TRY(node.op->fold(node, inputs));
  for (std::size_t i = 0; i < outputs.size() && i < node.outputs.size(); ++i) {
    if (node.outputs[i] == kNoValue) continue;
    Value& value = graph.value(node.outputs[i]);
    value.type = outputs[i].type();
    value.shape = outputs[i].shape();
    value.constant = std::move(outputs[i]);
  }
  return {};
}

}  // namespace

std::span<const Operator* const> operators() { return kOperators; }

const OnnxForm& onnx_form_of(const Operator& op) {
  return *kForms[std::size_t(std::ranges::find(kOperators, &op) - kOperators.begin())];
}

const Operator* find_operator(std::string_view name) {
  auto found = std::find_if(kOperators.begin(), kOperators.end(),
                            [&](const Operator* op) { return name == op->name; });
  return found == kOperators.end() ? nullptr : *found;
}

std::string place_of(const Node& node) {
  return fmt::format("node {} ({})", node.name.empty() ? "without a name" : "'" + node.name + "'",
                     node.op ? node.op->name : "unknown operator");
}

std::string layer_name(const Graph& graph, const Node& node) {
  return node.name.empty() ? graph.value(node.outputs[0]).name : node.name;
}

std::string place_of(const Graph& graph, const Node& node) {
  const ValueId id = node.outputs.empty() ? kNoValue : node.outputs[0];
  if (!node.name.empty() || id < 0 || std::size_t(id) >= graph.values.size()) return place_of(node);
  Node known = node;
  known.name = graph.value(id).name;
  return place_of(known);
}

Result<Tensor> ImportNode::constant_input(int i) const {
  if (i >= int(node.inputs.size()) || node.inputs[std::size_t(i)] == kNoValue) return Tensor();
  const Value& value = graph.value(node.inputs[std::size_t(i)]);
  if (!value.constant.has_value())
    return fail(fmt::format("input {} ('{}') is a setting and has to be a constant", i, value.name),
                place_of(graph, node));
  return value.constant;
}

void ImportNode::drop_input(int i) { node.inputs.erase(node.inputs.begin() + i); }

bool ImportNode::is_output_used(int i) const {
  const auto at = std::size_t(i);
  if (at >= node.outputs.size() || node.outputs[at] == kNoValue) return false;
  return at >= unused_outputs.size() || !unused_outputs[at];
}

Result<ValueId> ImportNode::put_before(const char* op, std::vector<ValueId> inputs,
                                       Attributes attributes) const {
  if (node.outputs.empty() || node.outputs[0] == kNoValue) return fail("has no output");
  const std::string name =
      fmt::format("{}_{}_{}", graph.value(node.outputs[0]).name, op, graph.values.size());
  Node before{find_operator(op), name, std::move(attributes), std::move(inputs), {}};
  before.outputs = {graph.add_value({.name = name})};
  Status status = infer_node(graph, before);
  if (status) status = fold_node(graph, before);
  if (!status) status.error().where.clear();  // the file has no such node
  DLIS_TRY(std::move(status));
  const ValueId made = before.outputs[0];
  if (!graph.is_constant(made)) graph.nodes.push_back(std::move(before));
  return made;
}

ValueId ImportNode::number(float x) const {
  const DType type = real_type(graph.value(node.inputs[0]));
  return graph.add_constant(
      fmt::format("{}_number_{}", graph.value(node.inputs[0]).name, graph.values.size()),
      Tensor::scalar(x).converted(type));
}

void ImportNode::become(const char* op, std::vector<ValueId> inputs) {
  node.op = find_operator(op);
  node.attributes = {};
  node.inputs = std::move(inputs);
}

void ExportNode::add_input(const std::string& suffix, Tensor tensor) {
  added.emplace_back(suffix, std::move(tensor));
  node.inputs.push_back(kNoValue - ValueId(added.size()));
}

Status import_node(ImportNode& in) {
  DLIS_TRY(named(check_attributes(in), in.graph, in.node));
  auto& inputs = in.node.inputs;
  while (!inputs.empty() && inputs.back() == kNoValue) inputs.pop_back();
  const OnnxForm& form = onnx_form_of(*in.node.op);
  if (form.import) DLIS_TRY(named(form.import(in), in.graph, in.node));
  while (!inputs.empty() && inputs.back() == kNoValue) inputs.pop_back();
  auto& outputs = in.node.outputs;
  while (outputs.size() > 1 && int(outputs.size()) > in.node.op->max_outputs &&
         !in.is_output_used(int(outputs.size()) - 1))
    outputs.pop_back();
  return named(check_counts(in.node), in.graph, in.node);
}

Status infer_node(Graph& graph, Node& node) { return named(infer(graph, node), graph, node); }

Status fold_node(Graph& graph, const Node& node) {
  if (!node.op->fold) return {};
  return named(fold(graph, node), graph, node);
}

Result<ExportNode> export_node(const Graph& graph, const Node& node) {
  ExportNode out{graph, node, {}};
  const OnnxForm& form = onnx_form_of(*node.op);
  if (form.export_) DLIS_TRY(named(form.export_(out), graph, node));
  return out;
}

}  // namespace dlis
