// What of a file this reader does not take, said before anything is read.
#include "dlis/model/onnx/support.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "dlis/base/limits.h"
#include "dlis/base/text.h"
#include "dlis/model/onnx/attribute_proto.h"
#include "dlis/model/onnx/branch.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

bool is_onnx(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

using Names = std::set<std::pair<std::string, std::string>>;  // domain, operator

std::string domain_of(const std::string& domain) { return is_onnx(domain) ? "" : domain; }

// A function of a file takes the place of the operator whose name it has.
Names redefined(const onnx::ModelProto& model) {
  Names names;
  for (const auto& function : model.functions())
    names.emplace(domain_of(function.domain()), function.name());
  return names;
}

// "" where there is a row, else the operator's full name and why.
std::string refusal_of(const onnx::NodeProto& node, const Names& functions) {
  const Operator* op = find_operator(node.op_type());
  const std::string domain = domain_of(node.domain());
  const std::string name = domain.empty() ? node.op_type() : domain + "." + node.op_type();
  const std::string subgraph = is_if(node) ? "" : subgraph_in(node);
  if (!subgraph.empty()) return fmt::format("{} (control flow: {})", name, subgraph);
  if (is_if(node) && !functions.contains({domain, node.op_type()})) return "";
  if (!op || domain != op->domain) return name.empty() ? "(no name)" : name;
  return functions.contains({domain, node.op_type()}) ? name + " (as a function of the file)" : "";
}

struct Users {
  int count = 0;
  std::string first;
};

using Refused = std::map<std::string, Users>;

void add_refused(const onnx::GraphProto& graph, const Names& functions, Refused& refused) {
  for (const auto& node : graph.node()) {
    if (is_if(node))
      for (const bool condition : {true, false})
        if (const auto* branch = branch_of(node, condition))
          add_refused(*branch, functions, refused);
    const std::string refusal = refusal_of(node, functions);
    if (refusal.empty()) continue;
    Users& users = refused[refusal];
    if (users.count++ > 0) continue;
    users.first = !node.name().empty()     ? node.name()
                  : node.output_size() > 0 ? node.output(0)
                                           : "?";
  }
}

}  // namespace

Result<int> opset_of(const onnx::ModelProto& model) {
  if (!model.has_graph())
    return fail("this is not an ONNX model", {}, "it is truncated or of another kind");
  std::int64_t opset = 0;
  for (const auto& import : model.opset_import())
    if (is_onnx(import.domain())) opset = import.version();
  if (opset == 0)
    return fail("the model states no opset", {},
                "the file is truncated or was written before ONNX 1.0");
  if (opset < kOldestOpset || opset > kNewestOpset)
    return fail(fmt::format("the model uses opset {}, supported are {} to {}", opset, kOldestOpset,
                            kNewestOpset),
                {}, "export it again with opset 17");
  return int(opset);
}

Status check_sizes(const onnx::ModelProto& model) {
  const onnx::GraphProto& graph = model.graph();
  if (std::size_t(graph.node_size()) > kMostNodes)
    return fail(fmt::format("the network has {} nodes, at most {} are taken", graph.node_size(),
                            kMostNodes));
  std::size_t values = std::size_t(graph.initializer_size()) + std::size_t(graph.input_size());
  std::size_t longest = 0;
  const auto see = [&](const std::string& name) { longest = std::max(longest, name.size()); };
  for (const auto& tensor : graph.initializer()) see(tensor.name());
  for (const auto& input : graph.input()) see(input.name());
  for (const auto& node : graph.node()) {
    see(node.name()), see(node.op_type());
    std::ranges::for_each(node.output(), see);
    values += std::size_t(node.output_size());
  }
  if (values > kMostValues)
    return fail(
        fmt::format("the network has {} values, at most {} are taken", values, kMostValues));
  if (longest > kMostNameBytes)
    return fail(fmt::format("a name has {} bytes, at most {} are taken", longest, kMostNameBytes));
  return {};
}

Status check_operators(const onnx::ModelProto& model) {
  Refused refused;
  add_refused(model.graph(), redefined(model), refused);
  if (refused.empty()) return {};
  std::vector<std::string> parts;
  for (const auto& [name, users] : refused)
    parts.push_back(users.count == 1
                        ? fmt::format("{} ('{}')", name, users.first)
                        : fmt::format("{} ({} nodes, first '{}')", name, users.count, users.first));
  return fail(
      fmt::format("{} not supported: {}", refused.size() == 1 ? "an operator is" : "operators are",
                  join(parts, ", ")),
      {}, "`dlis list model` names those that are");
}

}  // namespace dlis
