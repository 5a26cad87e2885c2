// A Graph to ONNX at opset 17, IR 8, and tensors to `.pb` files.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <unordered_set>

#include "dlis/base/file.h"
#include "dlis/model/dense_layer.h"
#include "dlis/model/onnx/attribute_proto.h"
#include "dlis/model/onnx/functions.h"
#include "dlis/model/onnx/gzip.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/onnx/tensor_proto.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

constexpr int kOpset = 17, kIrVersion = 8;
constexpr std::size_t kLongestMessage = std::numeric_limits<int>::max();  // protobuf counts in int

struct Export {
  const Graph& graph;
  onnx::GraphProto& proto;
  std::unordered_set<std::string> taken;
  std::vector<std::string> names;  // by value
};

// `wanted`, or with a number behind it where another value is called so.
std::string unique(Export& out, const std::string& wanted) {
  std::string name = wanted;
  for (int i = 1; name.empty() || !out.taken.insert(name).second; ++i)
    name = fmt::format("{}.{}", wanted.empty() ? "value" : wanted, i);
  return name;
}

// Those that others see come first, so that they keep their names.
void name_values(Export& out) {
  out.names.resize(out.graph.values.size());
  const auto name = [&](ValueId id) {
    std::string& slot = out.names[std::size_t(id)];
    if (slot.empty()) slot = unique(out, out.graph.value(id).name);
  };
  for (const ValueId id : out.graph.inputs) name(id);
  for (const ValueId id : out.graph.outputs) name(id);
  for (std::size_t id = 0; id < out.graph.values.size(); ++id) name(ValueId(id));
}

// Infinite ones, which arithmetic on constants may give, would not be read again.
Status write_constants(Export& out) {
  std::set<ValueId> used(out.graph.outputs.begin(), out.graph.outputs.end());
  for (const Node& node : out.graph.nodes) used.insert(node.inputs.begin(), node.inputs.end());
  for (const ValueId id : used) {
    if (!out.graph.is_constant(id)) continue;
    const Tensor& tensor = out.graph.value(id).constant;
    DLIS_TRY(check_finite(tensor, out.names[std::size_t(id)]));
    *out.proto.add_initializer() = proto_of(tensor, out.names[std::size_t(id)]);
  }
  return {};
}

Status check_plain(const Node& node) {
  const bool fused =
      node.attributes.has("activation") || (is_convolution(node) && node.inputs.size() > 3);
  if (!fused) return {};
  return fail("a plan's fused layers cannot be written as ONNX", place_of(node),
              "write the network before planning");
}

Status write_node(Export& out, const Node& node) {
  DLIS_TRY(check_plain(node));
  const ExportNode exported = DLIS_TRY(export_node(out.graph, node));
  onnx::NodeProto& proto = *out.proto.add_node();
  proto.set_op_type(exported.node.op->name);
  proto.set_domain(exported.node.op->domain);
  proto.set_name(exported.node.name);
  const std::string prefix =
      node.name.empty() ? out.names[std::size_t(node.outputs[0])] : node.name;
  std::vector<std::string> added;
  for (const auto& [suffix, tensor] : exported.added) {
    added.push_back(unique(out, prefix + "_" + suffix));
    DLIS_TRY(check_finite(tensor, added.back()));
    *out.proto.add_initializer() = proto_of(tensor, added.back());
  }
  for (const ValueId id : exported.node.inputs)
    proto.add_input(id >= 0          ? out.names[std::size_t(id)]
                    : id == kNoValue ? std::string()
                                     : added[std::size_t(kNoValue - id - 1)]);
  for (const ValueId id : exported.node.outputs)
    proto.add_output(id == kNoValue ? std::string() : out.names[std::size_t(id)]);
  write_attributes(exported.node.attributes, proto);
  return {};
}

// The graph for another batch; nothing where it is fixed, by the file or by sizes folded into it.
std::optional<Graph> with_other_batch(const Graph& graph) {
  if (graph.batch_symbol.empty() || graph.inputs.empty()) return std::nullopt;
  const auto& shape = graph.value(graph.inputs[0]).shape;
  if (!shape || shape->rank() == 0) return std::nullopt;
  Result<Graph> other = with_batch(graph, (*shape)[0] + 1);
  if (!other) return std::nullopt;
  return std::move(*other);
}

// An axis that follows the batch is symbolic: axis 0 by name where it is the batch itself.
void write_value(const Export& out, ValueId id, const std::optional<Graph>& other,
                 onnx::ValueInfoProto& proto) {
  const Value& value = out.graph.value(id);
  proto.set_name(out.names[std::size_t(id)]);
  auto& type = *proto.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx_type_of(value.type));
  if (!value.shape) return;
  const Shape& shape = *value.shape;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    auto& dimension = *type.mutable_shape()->add_dim();
    const std::int64_t elsewhere = other ? (*other->value(id).shape)[axis] : shape[axis];
    if (elsewhere == shape[axis])
      dimension.set_dim_value(shape[axis]);
    else if (axis == 0 && elsewhere == shape[axis] + 1)
      dimension.set_dim_param(out.graph.batch_symbol);
  }
  type.mutable_shape();  // a scalar has a shape without axes
}

void write_domains(const Graph& graph, onnx::ModelProto& model) {
  auto* standard = model.add_opset_import();
  standard->set_domain("");
  standard->set_version(kOpset);
  std::set<std::string> domains;
  for (const Node& node : graph.nodes)
    if (*node.op->domain != '\0') domains.insert(node.op->domain);
  for (const std::string& domain : domains) {
    auto* import = model.add_opset_import();
    import->set_domain(domain);
    import->set_version(1);
  }
}

bool is_quantised(const Graph& graph) {
  return std::ranges::any_of(graph.values,
                             [](const Value& value) { return value.quant.has_value(); });
}

Status write_graph(const Graph& graph, onnx::GraphProto& proto) {
  Export out{graph, proto, {}, {}};
  proto.set_name(graph.name.empty() ? "network" : graph.name);
  name_values(out);
  DLIS_TRY(write_constants(out));
  for (const Node& node : graph.nodes) DLIS_TRY(write_node(out, node));
  const std::optional<Graph> other = with_other_batch(graph);
  for (const ValueId id : graph.inputs) write_value(out, id, other, *proto.add_input());
  for (const ValueId id : graph.outputs) write_value(out, id, other, *proto.add_output());
  return {};
}

template <class Message>
Result<std::string> bytes_of_message(const Message& message) {
  if (message.ByteSizeLong() > kLongestMessage)
    return fail("the network has more than 2 GiB, which an ONNX file cannot hold");
  std::string bytes;
  if (!message.SerializeToString(&bytes)) return fail("protobuf cannot write the network");
  return bytes;
}

}  // namespace

Result<std::string> serialise_onnx(const Graph& graph) {
  if (graph.packed)
    return fail("its weights are packed for one plan", graph.name,
                "take the ONNX file it came from");
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("dlis");
  DLIS_TRY(write_graph(is_quantised(graph) ? unfold_quantisation(graph) : graph,
                       *model.mutable_graph()));
  write_functions(model);
  write_domains(graph, model);
  for (const auto& [key, value] : graph.metadata) {
    auto* entry = model.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }
  return bytes_of_message(model);
}

namespace {
Result<std::string> packed_onnx(const Graph& graph) {
  const std::string bytes = DLIS_TRY(serialise_onnx(graph));
  return gzip(bytes_of(bytes));
}
}  // namespace

Result<std::int64_t> packed_onnx_bytes(const Graph& graph) {
  return std::int64_t(DLIS_TRY(packed_onnx(graph)).size());
}

Status save_onnx(const Graph& graph, const fs::path& file) {
  const bool packs = file.extension() == ".gz";
  const std::string bytes = DLIS_TRY(packs ? packed_onnx(graph) : serialise_onnx(graph));
  return write_file_atomic(file, bytes);
}

Status save_tensor_pb(const Tensor& tensor, const std::string& name, const fs::path& file) {
  const std::string bytes = DLIS_TRY(bytes_of_message(proto_of(tensor, name)));
  return write_file_atomic(file, bytes);
}

}  // namespace dlis
