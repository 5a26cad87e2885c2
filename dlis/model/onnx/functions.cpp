// The names of the functions, on nodes that are written and read; bodies are in winograd_body.cpp.
#include "dlis/model/onnx/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "dlis/base/winograd.h"
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
  if (name[1] == '0' && name.size() > 2) return std::nullopt;  // one name for each
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

// What is computed: names of nodes and documentation aside.
std::string meaning_of(const onnx::FunctionProto& function) {
  onnx::FunctionProto plain;
  *plain.mutable_input() = function.input();
  *plain.mutable_output() = function.output();
  for (const onnx::NodeProto& node : function.node()) {
    onnx::NodeProto& copy = *plain.add_node() = node;
    copy.clear_name();
    copy.clear_doc_string();
  }
  return plain.SerializeAsString();
}

// Functions that no node calls are not looked at, nor those of an m that there is not.
Status check_bodies(const onnx::ModelProto& model) {
  std::set<std::string> called;
  for (const onnx::NodeProto& node : model.graph().node())
    if (node.domain() == kDomain) called.insert(node.op_type());
  for (const onnx::FunctionProto& function : model.functions()) {
    const bool ours = function.domain() == kDomain && called.contains(function.name());
    const auto named = ours ? parse(function.name()) : std::nullopt;
    if (!named || !winograd_matrices(named->m)) continue;
    onnx::FunctionProto own;
    write_winograd_body(*named, own);
    if (meaning_of(function) != meaning_of(own))
      return fail("its body is not the one that dlis writes under this name",
                  fmt::format("function '{}.{}'", kDomain, function.name()),
                  "give the function and its nodes another name, or write the network again");
  }
  return {};
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

Status read_functions(onnx::ModelProto& model) {
  DLIS_TRY(check_bodies(model));
  for (onnx::NodeProto& node : *model.mutable_graph()->mutable_node()) {
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
