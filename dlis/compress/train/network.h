// A graph as LibTorch tensors: its weights are leaves of autograd, its nodes are interpreted.
#pragma once
#include <functional>
#include <map>
#include <set>

#include "dlis/compress/train/operator.h"

namespace dlis::train {

class Network {
 public:
  // Every weight of the graph on `device`. Errors: no input, or operators that training does not
  // know, all named.
  static Result<Network> of(const Graph& graph, torch::Device device);

  struct Pass {
    bool training = false;  // BatchNormalization by the batch, its running statistics move
    bool narrow = false;    // products in bf16
  };
  // From one tensor for each input of the graph to its first output. LibTorch's exceptions pass
  // through.
  Tensor forward(const std::vector<Tensor>& inputs, const Pass& pass) const;

  // The graph with the weights as they are now.
  Graph graph() const;
  Graph raw_graph() const;  // with weights that are written rounded as they lie behind that

  const Graph& original() const { return graph_; }
  torch::Device device() const { return device_; }

  // By value of the graph. Trained: weights, biases, scales. Kept: running statistics, constants.
  std::map<ValueId, Tensor> trained, kept;
  std::map<ValueId, Tensor> masks;  // of trained ones: 0 where a weight stays zero
  std::map<ValueId, Tensor> rates;  // of trained ones: Operator::rate

  // Applied to a weight or a value on its way to its readers, for quantisation-aware training.
  using Rounding = std::function<Tensor(const Tensor&)>;
  std::map<ValueId, Rounding> roundings;
  std::vector<Tensor> scales;          // trained as well: those of ternary weights
  std::set<ValueId> written_rounded;   // weights that graph() gives as their readers see them
  void take_roundings(Network& from);  // those three, of a network with the same values
  // Sees each value that a node makes, where training watches them.
  std::function<void(ValueId, const Tensor&)> watch;

 private:
  Network(Graph graph, torch::Device device) : graph_(std::move(graph)), device_(device) {}
  Graph graph_;
  torch::Device device_;
  std::vector<const Operator*> rows_;  // by node
  std::vector<int> last_use_;          // node after which a value is no longer needed, by value
};

Tensor to_torch(const dlis::Tensor& tensor);  // a copy, f32
dlis::Tensor from_torch(const Tensor& tensor);

}  // namespace dlis::train
