// A parsed ONNX model to a Graph: each node is imported, its shapes inferred and, where its inputs
// are constant, computed, before the next one is looked at, so that sizes which the file computes
// from shapes are constants by the time that an operator needs them.
#include "dlis/model/onnx/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "dlis/base/memory.h"
#include "dlis/base/text.h"
#include "dlis/model/onnx/attribute_proto.h"
#include "dlis/model/onnx/branch.h"
#include "dlis/model/onnx/functions.h"
#include "dlis/model/onnx/input_shapes.h"
#include "dlis/model/onnx/node_order.h"
#include "dlis/model/onnx/support.h"
#include "dlis/model/onnx/tensor_proto.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/passes/rewrite.h"

namespace dlis {
namespace {

struct Import {
  int opset;
  Graph graph;
  std::unordered_map<std::string, ValueId> ids;
  std::unordered_set<std::string> read;  // names that a node or the outputs use
  std::int64_t memory;                   // that is left: bytes
};

// Constants take memory: of weights before they are read, of what is computed before it is kept.
Status take(Import& in, std::int64_t bytes, const std::string& name) {
  if (bytes <= in.memory) {
    in.memory -= bytes;
    return {};
  }
  return fail(fmt::format("it needs {}, but {} of memory are left", format_bytes(bytes),
                          format_bytes(in.memory)),
              fmt::format("tensor '{}'", name), "use a larger machine or a smaller network");
}

Status check_name(const Import& in, const std::string& name) {
  if (name.empty()) return fail("a tensor of the file has no name");
  if (in.ids.count(name)) return fail(fmt::format("the value '{}' is defined twice", name));
  return {};
}

Status add_constant(Import& in, const std::string& name, Tensor tensor) {
  DLIS_TRY(check_name(in, name));
  DLIS_TRY(check_finite(tensor, name));
  in.ids.emplace(name, in.graph.add_constant(name, std::move(tensor)));
  return {};
}

// Larger than memory: said before anything tries to allocate it.
Status check_fits(const Import& in, const Value& value) {
  if (!value.shape) return {};
  std::int64_t bytes = std::int64_t(size_of(value.type));
  for (const std::int64_t extent : *value.shape)
    if (extent < 0 || __builtin_mul_overflow(bytes, extent, &bytes))
      return fail(fmt::format("the size {} cannot be", value.shape->text()),
                  fmt::format("value '{}'", value.name));
  if (bytes <= in.memory) return {};
  return fail(fmt::format("it needs {} ({}), but {} of memory are left", format_bytes(bytes),
                          value.shape->text(), format_bytes(in.memory)),
              fmt::format("value '{}'", value.name), "choose a smaller batch or shape");
}

// What is no tensor is said where it is read.
Status take_weight(Import& in, const onnx::TensorProto& tensor) {
  const auto type = dtype_of(tensor.data_type());
  const auto shape = shape_of(tensor.dims());
  if (!type || !shape) return {};
  return take(in, shape->elements() * std::int64_t(size_of(*type)), tensor.name());
}

// Messages stay until all are read; bytes do not.
void free_bytes(Import& in, onnx::TensorProto& tensor) {
  if (!tensor.has_raw_data()) return;
  in.memory += std::int64_t(tensor.raw_data().size());
  std::string().swap(*tensor.mutable_raw_data());
}

Status read_weights(Import& in, onnx::GraphProto& proto, const std::filesystem::path& folder,
                    const LoadOptions& options) {
  if (proto.sparse_initializer_size() > 0)
    return fail(fmt::format("the file holds {} sparse tensors, which are not supported",
                            proto.sparse_initializer_size()),
                {}, "store them densely");
  for (onnx::TensorProto& tensor : *proto.mutable_initializer()) {
    if (in.read.count(tensor.name()) && !options.constants.count(tensor.name())) {
      DLIS_TRY(take_weight(in, tensor));
      Tensor weight = DLIS_TRY(tensor_of(tensor, folder));
      DLIS_TRY(add_constant(in, tensor.name(), std::move(weight)));
    }
    free_bytes(in, tensor);
  }
  return {};
}

// Graph inputs that the caller fixes to a value.
Status read_given_constants(Import& in, const onnx::GraphProto& proto, const LoadOptions& options) {
  std::vector<std::string> names;
  for (const auto& input : proto.input()) names.push_back(input.name());
  for (const auto& [name, tensor] : options.constants) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      return tl::unexpected(unknown_name("input", name, names));
    DLIS_TRY(add_constant(in, name, tensor));
  }
  return {};
}

Status read_inputs(Import& in, const onnx::GraphProto& proto,
                   const std::unordered_set<std::string>& given, const LoadOptions& options) {
  InputShapes settled = DLIS_TRY(settle_inputs(proto, given, options));
  for (InputShape& input : settled.inputs) {
    DLIS_TRY(check_name(in, input.name));
    const ValueId id =
        in.graph.add_value({.name = input.name, .type = input.type, .shape = input.shape});
    DLIS_TRY(check_fits(in, in.graph.value(id)));
    in.ids.emplace(input.name, id);
    in.graph.inputs.push_back(id);
  }
  in.graph.batch_symbol = std::move(settled.batch_symbol);
  return {};
}

Node node_of(Import& in, const onnx::NodeProto& proto) {
  Node node{.op = find_operator(proto.op_type()), .name = proto.name()};
  for (const std::string& name : proto.input())
    node.inputs.push_back(name.empty() ? kNoValue : in.ids.at(name));
  for (const std::string& name : proto.output()) {
    node.outputs.push_back(name.empty() ? kNoValue : in.graph.add_value({.name = name}));
    if (!name.empty()) in.ids.emplace(name, node.outputs.back());
  }
  return node;
}

bool is_computed(const Graph& graph, const Node& node) {
  for (const ValueId id : node.outputs)
    if (id != kNoValue && !graph.is_constant(id)) return false;
  return true;
}

Status read_branch(Import& in, const onnx::NodeProto& proto);

Status read_node(Import& in, const onnx::NodeProto& proto) {
  if (is_if(proto)) return read_branch(in, proto);
  for (const std::string& name : proto.output())
    if (!name.empty()) DLIS_TRY(check_name(in, name));
  ReadAttributes attributes = DLIS_TRY(attributes_of(proto));
  Node node = node_of(in, proto);
  node.attributes = std::move(attributes.plain);
  ImportNode import{in.graph, in.opset, node, std::move(attributes.tensors), {}};
  for (const std::string& name : proto.output())
    import.unused_outputs.push_back(name.empty() || !in.read.count(name));
  DLIS_TRY(import_node(import));
  DLIS_TRY(infer_node(in.graph, node));
  for (const ValueId id : node.outputs)
    if (id != kNoValue) DLIS_TRY(check_fits(in, in.graph.value(id)));
  DLIS_TRY(fold_node(in.graph, node));
  for (const ValueId id : node.outputs)
    if (in.graph.is_constant(id))
      DLIS_TRY(
          take(in, std::int64_t(in.graph.value(id).constant.bytes()), in.graph.value(id).name));
  if (proto.op_type() == "Constant" && is_computed(in.graph, node))
    DLIS_TRY(check_finite(in.graph.value(node.outputs[0]).constant, proto.output(0)));
  if (!is_computed(in.graph, node)) in.graph.nodes.push_back(std::move(node));
  return {};
}

Status check_made(const Import& in, const std::string& name, const onnx::NodeProto& proto) {
  if (name.empty() || in.ids.contains(name)) return {};
  return fail(fmt::format("it reads '{}', which nothing makes", name), describe(proto));
}

// The branch that the condition chooses takes the place of the If.
Status read_branch(Import& in, const onnx::NodeProto& proto) {
  const auto given = proto.input_size() == 1 ? in.ids.find(proto.input(0)) : in.ids.end();
  const bool known = given != in.ids.end() && in.graph.is_constant(given->second) &&
                     in.graph.value(given->second).constant.elements() == 1;
  if (!known)
    return fail("its condition is not known before the network runs", describe(proto),
                "export the network for fixed shapes, or without the choice");
  const bool condition = doubles_of(in.graph.value(given->second))[0] != 0;
  const onnx::GraphProto* branch = branch_of(proto, condition);
  if (!branch || branch->output_size() != proto.output_size())
    return fail("its branch does not make its outputs", describe(proto));
  for (const auto& tensor : branch->initializer()) {
    Tensor weight = DLIS_TRY(tensor_of(tensor, {}));
    DLIS_TRY(add_constant(in, tensor.name(), std::move(weight)));
  }
  for (const auto& node : branch->node())
    for (const std::string& name : names_read(node)) in.read.insert(name);
  for (const auto& output : branch->output()) in.read.insert(output.name());
  for (const auto& node : branch->node()) {
    for (const std::string& name : names_read(node)) DLIS_TRY(check_made(in, name, node));
    DLIS_TRY(read_node(in, node));
  }
  for (int i = 0; i < proto.output_size(); ++i) {
    if (proto.output(i).empty()) continue;
    onnx::NodeProto same;
    same.set_op_type("Identity");
    same.set_name(proto.name());
    same.add_input(branch->output(i).name());
    same.add_output(proto.output(i));
    DLIS_TRY(check_made(in, same.input(0), proto));
    if (!same.input(0).empty()) DLIS_TRY(read_node(in, same));
  }
  return {};
}

Status read_nodes(Import& in, const onnx::GraphProto& proto,
                  const std::unordered_set<std::string>& known) {
  for (const int index : DLIS_TRY(node_order(proto, known))) {
    const onnx::NodeProto& node = proto.node(index);
    Status status = read_node(in, node);
    // A node without a name is found by what it makes.
    if (!status && (node.name().empty() || status.error().where.empty()))
      status.error().where = describe(node);
    DLIS_TRY(std::move(status));
  }
  return {};
}

Status read_outputs(Import& in, const onnx::GraphProto& proto) {
  if (proto.output_size() == 0) return fail("the network has no outputs");
  for (const auto& output : proto.output()) {
    const auto id = in.ids.find(output.name());
    if (id == in.ids.end() || output.name().empty())
      return fail(fmt::format("nothing makes the network's output '{}'", output.name()));
    in.graph.outputs.push_back(id->second);
  }
  return {};
}

std::unordered_set<std::string> all_names_read(const onnx::GraphProto& proto) {
  std::unordered_set<std::string> names;
  for (const auto& node : proto.node())
    for (std::string& name : names_read(node)) names.insert(std::move(name));
  for (const auto& output : proto.output()) names.insert(output.name());
  return names;
}

}  // namespace

std::int64_t memory_of(const LoadOptions& options) {
  return options.memory_limit ? std::int64_t(options.memory_limit) : available_memory();
}

Result<Graph> import_model(onnx::ModelProto& model, const std::filesystem::path& folder,
                           const LoadOptions& options) {
  Import in{DLIS_TRY(opset_of(model)), {}, {}, {}, memory_of(options)};
  onnx::GraphProto& proto = *model.mutable_graph();
  DLIS_TRY(check_sizes(model));
  DLIS_TRY(read_functions(model));
  DLIS_TRY(check_operators(model));
  in.graph.name = proto.name();
  for (const auto& entry : model.metadata_props()) in.graph.metadata[entry.key()] = entry.value();
  in.read = all_names_read(proto);

  std::unordered_set<std::string> known;
  for (const auto& [name, tensor] : options.constants) known.insert(name);
  for (const auto& tensor : proto.initializer()) known.insert(tensor.name());
  DLIS_TRY(read_given_constants(in, proto, options));
  DLIS_TRY(read_weights(in, proto, folder, options));
  DLIS_TRY(read_inputs(in, proto, known, options));
  for (const auto& input : proto.input()) known.insert(input.name());
  DLIS_TRY(read_nodes(in, proto, known));
  DLIS_TRY(read_outputs(in, proto));
  Graph graph = fold_quantisation(renumbered(std::move(in.graph)));
  DLIS_TRY(validate(graph));
  return graph;
}

}  // namespace dlis
