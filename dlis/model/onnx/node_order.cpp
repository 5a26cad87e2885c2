// Putting a file's nodes in topological order: Kahn's algorithm, always taking the earliest node.
#include "dlis/model/onnx/node_order.h"

#include <fmt/format.h>

#include <functional>
#include <queue>
#include <unordered_map>

#include "dlis/model/onnx/branch.h"

namespace dlis {
namespace {

using Producers = std::unordered_map<std::string, int>;

Result<Producers> producers_of(const onnx::GraphProto& graph,
                               const std::unordered_set<std::string>& known) {
  Producers producers;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& name : graph.node(i).output()) {
      if (name.empty()) continue;
      if (known.count(name) || !producers.emplace(name, i).second)
        return fail(fmt::format("the value '{}' is defined twice", name), describe(graph.node(i)));
    }
  }
  return producers;
}

struct Order {
  std::vector<std::vector<int>> readers;  // by producing node
  std::vector<int> waiting;               // how many inputs are not made yet
};

Result<Order> order_of(const onnx::GraphProto& graph, const Producers& producers,
                       const std::unordered_set<std::string>& known) {
  const auto count = std::size_t(graph.node_size());
  Order order{std::vector<std::vector<int>>(count), std::vector<int>(count)};
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& name : names_read(graph.node(i))) {
      if (name.empty() || known.count(name)) continue;
      const auto producer = producers.find(name);
      if (producer == producers.end())
        return fail(fmt::format("it reads '{}', which is neither an input, a weight nor the output "
                                "of a node",
                                name),
                    describe(graph.node(i)), "weights are missing from the file");
      order.readers[std::size_t(producer->second)].push_back(i);
      ++order.waiting[std::size_t(i)];
    }
  }
  return order;
}

}  // namespace

std::string describe(const onnx::NodeProto& node) {
  if (!node.name().empty()) return fmt::format("node '{}' ({})", node.name(), node.op_type());
  const std::string output = node.output_size() > 0 ? node.output(0) : "";
  return fmt::format("the {} node that makes '{}'", node.op_type(), output);
}

Result<std::vector<int>> node_order(const onnx::GraphProto& graph,
                                    const std::unordered_set<std::string>& known) {
  const Producers producers = DLIS_TRY(producers_of(graph, known));
  Order order = DLIS_TRY(order_of(graph, producers, known));
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < graph.node_size(); ++i)
    if (order.waiting[std::size_t(i)] == 0) ready.push(i);
  std::vector<int> sorted;
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    sorted.push_back(node);
    for (const int reader : order.readers[std::size_t(node)])
      if (--order.waiting[std::size_t(reader)] == 0) ready.push(reader);
  }
  for (int i = 0; i < graph.node_size(); ++i)
    if (order.waiting[std::size_t(i)] > 0)
      return fail("the network has a cycle", describe(graph.node(i)));
  return sorted;
}

}  // namespace dlis
