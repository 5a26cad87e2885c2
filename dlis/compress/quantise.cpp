// The row `quantise`: convolutions and dense layers compute in fewer bits.
//
// type=bf16: what they read is rounded to bf16, and so are their weights at plan time; sums stay
// f32. bf16 has the range of f32, so nothing is calibrated. A layer whose device has no row for it,
// or a faster one in f32, stays f32. The network's inputs and outputs stay f32.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "dlis/base/text.h"
#include "dlis/compress/training.h"
#include "dlis/model/op.h"
#include "dlis/model/quantised.h"

namespace dlis {

extern const Technique quantise_row;

namespace {

constexpr ParameterSpec kParameters[] = {
    {"type", "bf16", nullptr},
    DLIS_TRAINING_PARAMETERS,
};

bool multiplies(const Graph& graph, const Node& node) {
  const std::string_view op = node.op->name;
  return (op == "Conv" || op == "Gemm" || op == "MatMul") && graph.is_constant(node.inputs[1]);
}

// Which values a convolution or dense layer reads, of those that are f32.
std::vector<bool> read_by_layers(const Graph& graph) {
  std::vector<bool> read(graph.values.size());
  for (const Node& node : graph.nodes) {
    const ValueId x = node.inputs.empty() ? kNoValue : node.inputs[0];
    if (x == kNoValue || !multiplies(graph, node) || graph.is_constant(x)) continue;
    read[std::size_t(x)] = graph.value(x).type == DType::f32;
  }
  return read;
}

// Inputs and outputs stay f32: a value of its own behind, or in front of, each.
Graph to_bf16(Graph graph) {
  const Quant bf16{DType::bf16, {1.0f}, {0}, -1};
  const std::vector<bool> read = read_by_layers(graph);
  const Uses uses(graph);
  std::vector<Node> borders;
  for (std::size_t id = 0; id < read.size(); ++id) {
    if (!read[id]) continue;
    const bool outside = uses.producer[id] < 0 || uses.is_output[id];
    if (!outside) {
      graph.values[id].quant = bf16;
      graph.values[id].type = DType::bf16;
      continue;
    }
    const std::string name = graph.values[id].name + "_bf16";
    const ValueId rounded = graph.add_value({name, DType::bf16, graph.values[id].shape, {}, bf16});
    for (Node& node : graph.nodes)
      if (multiplies(graph, node) && node.inputs[0] == ValueId(id)) node.inputs[0] = rounded;
    borders.push_back(rounding_node(bf16, name, ValueId(id), rounded));
  }
  // Each border right behind what it reads: in front of all nodes, or behind the maker.
  std::vector<Node> nodes;
  const auto add_borders = [&](int maker) {
    for (const Node& border : borders)
      if (uses.producer[std::size_t(border.inputs[0])] == maker) nodes.push_back(border);
  };
  add_borders(-1);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    nodes.push_back(graph.nodes[i]);
    add_borders(int(i));
  }
  graph.nodes = std::move(nodes);
  return graph;
}

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions&) {
  DLIS_TRY(refuse_training(quantise_row, choice));
  const std::string type = parameter_of(quantise_row, choice, "type");
  if (type == "int8")
    return refusal(
        "type=int8 has to be calibrated, which comes with a later version; "
        "quantised ONNX files run as they are");
  if (type != "bf16") return tl::unexpected(unknown_name("type", type, {"bf16"}));
  return Compressed{to_bf16(graph), {}, {}};
}

}  // namespace

extern constinit const Technique quantise_row{
    .name = "quantise",
    .summary = "convolutions and dense layers compute in bf16",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
