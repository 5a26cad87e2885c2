// From graph to tensors and back, and one pass over the nodes.
#include "dlis/compress/train/network.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "dlis/base/text.h"
#include "dlis/model/op.h"

namespace dlis::train {
namespace {

bool is_norm(const Node& node) { return node.op->name == std::string_view("BatchNormalization"); }

// Weights and biases, and scale and bias of a BatchNormalization, but not its statistics.
bool is_trained(const Node& node, std::size_t input) {
  if (is_norm(node)) return input == 1 || input == 2;
  return input < 32 && (node.op->weights >> input & 1u) != 0;
}

Status check(const Graph& graph) {
  std::set<std::string> unknown;
  for (const Node& node : graph.nodes)
    if (!find_operator(node.op->name)) unknown.insert(node.op->name);
  if (!unknown.empty())
    return fail(fmt::format("training does not know {}", fmt::join(unknown, ", ")), graph.name,
                "compress this network without epochs");
  if (graph.inputs.empty()) return fail("the network has no input", graph.name);
  for (const Value& value : graph.values)
    if (value.quant)
      return fail(fmt::format("'{}' is quantised", value.name), graph.name,
                  "train the network before it is quantised");
  return {};
}

std::vector<int> last_uses(const Graph& graph) {
  std::vector<int> last(graph.values.size(), -1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const ValueId id : graph.nodes[i].inputs)
      if (id != kNoValue) last[std::size_t(id)] = int(i);
  for (const ValueId id : graph.outputs) last[std::size_t(id)] = int(graph.nodes.size());
  return last;
}

}  // namespace

Tensor to_torch(const dlis::Tensor& tensor) {
  const dlis::Tensor real = tensor.converted(DType::f32);
  const Shape& shape = real.shape();
  return torch::from_blob(const_cast<std::byte*>(real.data()),
                          std::vector<std::int64_t>(shape.begin(), shape.end()), torch::kFloat)
      .clone();
}

dlis::Tensor from_torch(const Tensor& tensor) {
  const Tensor flat = tensor.detach().to(torch::kCPU, torch::kFloat).contiguous();
  Shape shape;
  for (const std::int64_t extent : flat.sizes()) shape.push_back(extent);
  return dlis::Tensor::of<float>(shape, {flat.data_ptr<float>(), std::size_t(flat.numel())});
}

Result<Network> Network::of(const Graph& graph, torch::Device device) {
  DLIS_TRY(check(graph));
  Network network(graph, device);
  network.last_use_ = last_uses(graph);
  for (const Node& node : graph.nodes) network.rows_.push_back(find_operator(node.op->name));
  for (const Node& node : graph.nodes)
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      if (!graph.is_constant(id) || network.trained.count(id)) continue;
      Tensor tensor = to_torch(graph.value(id).constant).to(device);
      if (tensor.dim() == 4) tensor = tensor.contiguous(torch::MemoryFormat::ChannelsLast);
      if (is_trained(node, i)) {
        network.trained[id] = tensor.set_requires_grad(true);
        network.kept.erase(id);
        if (const Operator& row = *find_operator(node.op->name); i == 1 && row.rate)
          network.rates[id] = row.rate(node).to(device);
      } else {
        network.kept.emplace(id, tensor);
      }
    }
  return network;
}

Tensor Network::forward(const std::vector<Tensor>& inputs, const Pass& pass) const {
  TORCH_CHECK(inputs.size() == graph_.inputs.size(), "the network has ", graph_.inputs.size(),
              " inputs, ", inputs.size(), " were given");
  std::vector<Tensor> values(graph_.values.size());
  const auto rounded = [&](ValueId id, const Tensor& tensor) {
    const auto found = roundings.find(id);
    return found == roundings.end() ? tensor : found->second(tensor);
  };
  const auto read = [&](ValueId id) -> Tensor {
    if (id == kNoValue) return {};
    Tensor& value = values[std::size_t(id)];
    if (value.defined()) return value;
    if (const auto weight = trained.find(id); weight != trained.end())
      return value = rounded(id, weight->second);
    return value = kept.at(id);
  };
  for (std::size_t i = 0; i < inputs.size(); ++i)
    values[std::size_t(graph_.inputs[i])] = rounded(graph_.inputs[i], inputs[i]);
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const Node& node = graph_.nodes[i];
    Call call{graph_, node, {}, pass.training, pass.narrow};
    for (const ValueId id : node.inputs) call.inputs.push_back(read(id));
    const std::vector<Tensor> made = rows_[i]->forward(call);
    for (std::size_t k = 0; k < node.outputs.size() && k < made.size(); ++k) {
      if (node.outputs[k] == kNoValue) continue;
      values[std::size_t(node.outputs[k])] = rounded(node.outputs[k], made[k]);
      if (watch) watch(node.outputs[k], values[std::size_t(node.outputs[k])]);
    }
    for (const ValueId id : node.inputs)
      if (id != kNoValue && last_use_[std::size_t(id)] == int(i))
        values[std::size_t(id)] = Tensor();
  }
  const Tensor& logits = values[std::size_t(graph_.outputs[0])];
  return logits.scalar_type() == torch::kBFloat16 ? logits.to(torch::kFloat) : logits;
}

void Network::take_roundings(Network& from) {
  roundings = std::move(from.roundings);
  scales = std::move(from.scales);
  written_rounded = std::move(from.written_rounded);
}

Graph Network::raw_graph() const {
  Graph result = graph_;
  for (const auto* tensors : {&trained, &kept})
    for (const auto& [id, tensor] : *tensors) {
      dlis::Tensor& constant = result.value(id).constant;
      if (constant.type() == DType::f32) constant = from_torch(tensor);
    }
  return result;
}

Graph Network::graph() const {
  const torch::NoGradGuard none;
  Graph result = raw_graph();
  for (const ValueId id : written_rounded) {
    dlis::Tensor& constant = result.value(id).constant;
    if (constant.type() == DType::f32) constant = from_torch(roundings.at(id)(trained.at(id)));
  }
  return result;
}

}  // namespace dlis::train
