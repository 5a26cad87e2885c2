// How layers with weights couple channels.
#include <algorithm>

#include "dlis/compress/channel_labels.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

using Role = ChannelRole;

bool has_constant(const Labelling& labelling, const Node& node, std::size_t input) {
  return input < node.inputs.size() && labelling.graph.is_constant(node.inputs[input]);
}

// `count` labels from the first on, or every `step`-th.
std::vector<int> part(const std::vector<int>& ids, std::int64_t first, std::int64_t count,
                      std::int64_t step = 1) {
  std::vector<int> out;
  for (std::int64_t i = 0; i < count; ++i) out.push_back(ids[std::size_t(first + i * step)]);
  return out;
}

// The same place in every group goes together.
void unite_groups(Labelling& labelling, const std::vector<int>& ids, std::int64_t groups) {
  const std::int64_t size = std::int64_t(ids.size()) / groups;
  for (std::int64_t g = 1; g < groups; ++g)
    labelling.unite(part(ids, 0, size), part(ids, g * size, size));
}

// Labels of x along axis 1, where it has any there; others stay.
std::vector<int> channels_in(Labelling& labelling, ValueId x) {
  const Labels& labels = labelling.of(x);
  if (labels.axis == 1) return labels.ids;
  labelling.freeze(x);
  return {};
}

// Groups of a convolution: either all of them get thinner alike, or whole ones go, whichever leaves
// more to choose from. Depthwise is the latter.
void couple_grouped(Labelling& labelling, int index, std::int64_t groups,
                    const std::vector<int>& in, const std::vector<int>& out) {
  const Node& node = labelling.node(index);
  const std::int64_t channels = labelling.shape(node.inputs[0])[1] / groups;
  const std::int64_t filters = std::int64_t(out.size()) / groups;
  if (std::min(channels, filters) >= groups) {
    unite_groups(labelling, out, groups);
    unite_groups(labelling, in, groups);
    if (!in.empty()) labelling.cut(index, 1, 1, Role::reads, part(in, 0, channels));
    labelling.cut(index, 1, 0, Role::makes, out);
    return;
  }
  if (in.empty()) labelling.freeze(out);
  for (std::int64_t g = 0; g < groups && !in.empty(); ++g) {
    for (std::int64_t i = 0; i < filters; ++i)
      labelling.unite(in[std::size_t(g * channels)], out[std::size_t(g * filters + i)]);
    for (std::int64_t i = 1; i < channels; ++i)
      labelling.unite(in[std::size_t(g * channels)], in[std::size_t(g * channels + i)]);
  }
  labelling.cut(index, 1, 0, channels == 1 ? Role::follows : Role::makes, out);
}

void couple_conv(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const bool extra =
      node.inputs.size() > 2 && node.inputs[2] != kNoValue && !has_constant(labelling, node, 2);
  if (!has_constant(labelling, node, 1) || extra || node.inputs.size() > 3)
    return freeze_inputs(labelling, index);
  const std::vector<int> in = channels_in(labelling, node.inputs[0]);
  const std::int64_t groups = node.attributes.integer("group", 1);
  const bool transposed = std::string_view(node.op->name) == "ConvTranspose";
  const std::vector<int> out = labelling.fresh(labelling.shape(node.outputs[0])[1]);
  if (transposed && groups > 1) {
    labelling.freeze(in);
    labelling.freeze(out);
  } else if (groups > 1) {
    couple_grouped(labelling, index, groups, in, out);
  } else {
    if (!in.empty()) labelling.cut(index, 1, transposed ? 0 : 1, Role::reads, in);
    labelling.cut(index, 1, transposed ? 1 : 0, Role::makes, out);
  }
  labelling.cut(index, 2, 0, Role::follows, out);
  labelling.set(node.outputs[0], 1, out);
}

// x (axis `inner` is summed over) times a constant matrix.
void couple_product(Labelling& labelling, int index, int inner, int weights_inner) {
  const Node& node = labelling.node(index);
  const Shape& weights = labelling.shape(node.inputs[1]);
  const int weights_outer = weights.rank() == 2 ? 1 - weights_inner : 1;
  const Labels x = labelling.of(node.inputs[0]);
  if (weights.rank() != 2 || (x && x.axis != inner)) labelling.freeze(x.ids);
  if (weights.rank() != 2) return;
  if (x && x.axis == inner) labelling.cut(index, 1, weights_inner, Role::reads, x.ids);
  const std::vector<int> out = labelling.fresh(weights[weights_outer]);
  labelling.cut(index, 1, weights_outer, Role::makes, out);
  labelling.set(node.outputs[0], labelling.shape(node.outputs[0]).rank() - 1, out);
}

void couple_gemm(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const bool added = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
  if (!has_constant(labelling, node, 1) || (added && !has_constant(labelling, node, 2)))
    return freeze_inputs(labelling, index);
  couple_product(labelling, index, node.attributes.integer("transA") ? 0 : 1,
                 node.attributes.integer("transB") ? 1 : 0);
  if (!added) return;
  const Shape& bias = labelling.shape(node.inputs[2]);
  const bool per_channel = bias.rank() > 0 && bias.back() > 1;
  if (per_channel)
    labelling.cut(index, 2, bias.rank() - 1, Role::follows, labelling.of(node.outputs[0]).ids);
}

void couple_matmul(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const int rank = labelling.shape(node.inputs[0]).rank();
  if (!has_constant(labelling, node, 1) || rank < 2) return freeze_inputs(labelling, index);
  couple_product(labelling, index, rank - 1, 0);
}

void couple_norm(Labelling& labelling, int index) {
  const Node& node = labelling.node(index);
  const std::vector<int> ids = channels_in(labelling, node.inputs[0]);
  if (ids.empty()) return;
  for (int input = 1; input < 5; ++input) labelling.cut(index, input, 0, Role::follows, ids);
  labelling.set(node.outputs[0], 1, ids);
}

}  // namespace

ChannelRule find_layer_rule(std::string_view op) {
  if (op == "Conv" || op == "WinogradConv" || op == "ConvTranspose") return couple_conv;
  if (op == "Gemm") return couple_gemm;
  if (op == "MatMul") return couple_matmul;
  if (op == "BatchNormalization") return couple_norm;
  return nullptr;
}

}  // namespace dlis
