// What is read in a branch and not made there comes from outside, at any depth.
#include "dlis/model/onnx/branch.h"

#include <algorithm>
#include <unordered_set>

namespace dlis {
namespace {

void add_names_from_outside(const onnx::GraphProto& branch, std::vector<std::string>& names) {
  std::unordered_set<std::string> made;
  for (const auto& tensor : branch.initializer()) made.insert(tensor.name());
  const auto add = [&](const std::string& name) {
    if (!made.contains(name)) names.push_back(name);
  };
  for (const onnx::NodeProto& node : branch.node()) {
    for (const std::string& name : names_read(node)) add(name);
    made.insert(node.output().begin(), node.output().end());
  }
  for (const auto& output : branch.output()) add(output.name());
}

}  // namespace

bool is_if(const onnx::NodeProto& node) {
  return node.op_type() == "If" && (node.domain().empty() || node.domain() == "ai.onnx");
}

const onnx::GraphProto* branch_of(const onnx::NodeProto& node, bool condition) {
  for (const auto& attribute : node.attribute())
    if (attribute.name() == (condition ? "then_branch" : "else_branch") && attribute.has_g())
      return &attribute.g();
  return nullptr;
}

std::vector<std::string> names_read(const onnx::NodeProto& node) {
  std::vector<std::string> names(node.input().begin(), node.input().end());
  if (!is_if(node)) return names;
  for (const bool condition : {true, false})
    if (const onnx::GraphProto* branch = branch_of(node, condition))
      add_names_from_outside(*branch, names);
  return names;
}

}  // namespace dlis
