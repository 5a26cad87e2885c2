// The names of the functions, on nodes that are written and read; bodies are in winograd_body.cpp.
#include "dlis/model/onnx/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dlis/model/onnx/node_order.h"
#include "dlis/model/onnx/winograd_body.h"

namespace dlis {
namespace {

constexpr std::string_view kDomain = "dlis", kOperator = "WinogradConv", kRelu = "Relu";

std::string name_of(const WinogradFunction& function) {
  return fmt::format("{}F{}{}", kOperator, function.m, function.relu ? kRelu : "");
}

// "WinogradConvF4Relu"; nothing for other names. Whether there is such an m, the operator says.
std::optional<WinogradFunction> parse(std::string_view name) {
  if (!name.starts_with(kOperator)) return std::nullopt;
  name.remove_prefix(kOperator.size());
  const bool relu = name.ends_with(kRelu);
  if (relu) name.remove_suffix(kRelu.size());
  if (name.size() < 2 || name.size() > 4 || name[0] != 'F') return std::nullopt;
  int m = 0;
  for (const char c : name.substr(1)) {
    if (c < '0' || c > '9') return std::nullopt;
    m = 10 * m + (c - '0');
  }
  return WinogradFunction{m, relu};
}

bool is_stated(const onnx::AttributeProto& attribute) {
  return attribute.name() == "m" || attribute.name() == "relu";
}

WinogradFunction function_of(const onnx::NodeProto& node) {
  WinogradFunction function;
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == "m") function.m = int(attribute.i());
    if (attribute.name() == "relu") function.relu = attribute.i() != 0;
  }
  return function;
}

void add_integer(onnx::NodeProto& node, const char* name, int value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

}  // namespace

void write_functions(onnx::ModelProto& model) {
  std::set<std::string> written;
  for (onnx::NodeProto& node : *model.mutable_graph()->mutable_node()) {
    if (node.domain() != kDomain || node.op_type() != kOperator) continue;
    const WinogradFunction function = function_of(node);
    auto& attributes = *node.mutable_attribute();
    attributes.erase(std::remove_if(attributes.begin(), attributes.end(), is_stated),
                     attributes.end());
    node.set_op_type(name_of(function));
    if (!written.insert(node.op_type()).second) continue;
    onnx::FunctionProto& proto = *model.add_functions();
    proto.set_domain(std::string(kDomain));
    proto.set_name(node.op_type());
    write_winograd_body(function, proto);
  }
}

Status read_functions(onnx::GraphProto& graph) {
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    const auto function = node.domain() == kDomain ? parse(node.op_type()) : std::nullopt;
    if (!function) continue;
    const auto stated = std::ranges::find_if(node.attribute(), is_stated);
    if (stated != node.attribute().end())
      return fail(
          fmt::format("its name states m and relu, so it takes no attribute '{}'", stated->name()),
          describe(node));
    node.set_op_type(std::string(kOperator));
    add_integer(node, "m", function->m);
    add_integer(node, "relu", function->relu);
  }
  return {};
}

}  // namespace dlis
