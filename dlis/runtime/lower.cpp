// Turns Conv, Gemm and MatMul into convolution problems and every other node into an OpProblem.
#include "dlis/runtime/lower.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "dlis/format/half.h"
#include "dlis/hardware/isa.h"
#include "dlis/model/dense_layer.h"
#include "dlis/model/op.h"
#include "dlis/runtime/quantised.h"

namespace dlis {
namespace {

using namespace std::string_view_literals;

// The activation of a fused convolution, as passes.h writes it. Nothing: a file names another.
std::optional<Activation> activation_of(const std::string& name) {
  if (name == "relu") return Activation::relu;
  if (name == "clip") return Activation::clip;
  if (name == "leaky_relu") return Activation::leaky_relu;
  if (name == "hardswish") return Activation::hardswish;
  if (name == "hardsigmoid") return Activation::hardsigmoid;
  if (name == "sigmoid") return Activation::sigmoid;
  if (name.empty()) return Activation::none;
  return std::nullopt;
}

// A convolution sees four axes: N x C x W gets a height of 1, dense rows are maps of 1x1.
TensorDesc as_image(const TensorDesc& x) {
  const Shape &e = x.shape, &s = x.strides;
  if (e.rank() == 4) return x;
  if (e.rank() == 3) return {x.type, {e[0], e[1], 1, e[2]}, {s[0], s[1], s[2] * e[2], s[2]}};
  return {x.type, {e[0], e[1], 1, 1}, {s[0], s[1], s[0], s[0]}};
}

// All axes but the last become rows; nothing if the rows do not lie at one distance.
std::optional<TensorDesc> as_rows(const TensorDesc& x) {
  const int rank = x.shape.rank();
  const std::int64_t columns = x.shape.back(), row_stride = x.strides[rank - 2];
  if (columns > 1 && x.strides[rank - 1] != 1) return std::nullopt;
  std::int64_t rows = 1;
  for (int axis = rank - 2; axis >= 0; --axis) {
    if (x.shape[axis] > 1 && x.strides[axis] != rows * row_stride) return std::nullopt;
    rows *= x.shape[axis];
  }
  return TensorDesc{x.type, {rows, columns, 1, 1}, {row_stride, 1, row_stride, row_stride}};
}

// [K, C*H*W] -> [K, H*W*C], for activations that were flattened as they lie in memory.
Tensor permute_columns(const Tensor& weights, const Shape& image) {
  const Shape split{weights.shape()[0], image[1], image[2], image[3]};
  return weights.reshaped(split).permuted(std::array{0, 2, 3, 1}).reshaped(weights.shape());
}

Tensor scaled(Tensor tensor, float factor) {
  if (factor != 1 && !tensor.is_hollow())
    for (float& value : tensor.edit<float>()) value *= factor;
  return tensor;
}

class Lowering {
 public:
  Lowering(const Graph& graph, const Placements& placements, const PlanOptions& options)
      : graph_(graph), placements_(placements), workers_(options.threads), isa_(options.isa) {}

  Result<std::vector<LoweredStep>> run() {
    for (const Node& node : graph_.nodes) DLIS_TRY(lower_node(node));
    if (!refusals_.empty())
      return fail("cannot compute " + refusals_, graph_.name,
                  "`dlis list compute` shows what there is");
    return std::move(steps_);
  }

  std::vector<bool> refused(const PlanOptions& options) {
    std::vector<bool> out;
    for (const Node& node : graph_.nodes) {
      refusals_.clear();
      steps_.clear();
      const Status status = lower_node(node);
      const bool weighted = !steps_.empty() && steps_.back().weights.has_value();
      out.push_back(!status || !refusals_.empty() ||
                    (weighted && !has_row(steps_.back(), options)));
    }
    return out;
  }

 private:
  static bool has_row(const LoweredStep& layer, const PlanOptions& options) {
    ConvProblem problem = layer.step.conv;
    problem.format = layer.only_format();
    return std::ranges::any_of(conv_rows(), [&](const ConvRow* row) {
      const bool asked = options.compute == row->name;
      if (row->name == "reference"sv && !asked) return false;
      return (asked || row->device == "cpu"sv) && accepts(*row, problem);
    });
  }

  const Placement& at(ValueId id) const { return placements_.of[std::size_t(id)]; }

  TensorDesc desc(ValueId id) const {
    if (id == kNoValue) return {};
    const Value& value = graph_.value(id);
    if (value.constant.has_value())
      return {value.constant.type(), value.constant.shape(),
              row_major_strides(value.constant.shape())};
    return {value.type, *value.shape, at(id).strides, scale_of(value)};
  }

  const Tensor& constant(const Node& node, std::size_t i) const {
    static const Tensor none;
    return i < node.inputs.size() && node.inputs[i] != kNoValue
               ? graph_.value(node.inputs[i]).constant
               : none;
  }

  Status lower_node(const Node& node) {
    if (const std::string name = node.attributes.text("activation"); !activation_of(name))
      return fail(fmt::format("there is no activation '{}'", name), node.name);
    if (const Verdict verdict = stays_stored(node); !verdict)
      return add_refusal(start(node), verdict);
    if (placements_.views.contains(node.outputs[0])) return {};
    if (is_convolution(node)) return lower_conv(node);
    if (is_dense_layer(graph_, node) && lower_dense(node)) return {};
    if (node.op->name == "Concat"sv) return lower_concat(node);
    return lower_other(node);
  }

  Verdict stays_stored(const Node& node) const {
    const std::string_view op = node.op->name;
    if (op == "Conv"sv) return accepts_quantised(graph_, node, 0);
    if (!is_dense_layer(graph_, node)) return accepts_stored(graph_, node);
    const bool transposed = op == "Gemm"sv && node.attributes.integer("transB") != 0;
    return accepts_quantised(graph_, node, transposed ? 0 : 1);
  }

  // The constant as a layer of the node's types takes it.
  Tensor weights_of(LoweredStep& layer, const Node& node) const {
    const Value &x = graph_.value(node.inputs[0]), &w = graph_.value(node.inputs[1]);
    const bool bytes = w.quant && x.quant && !is_half(x.quant->type);
    if (bytes) layer.given.emplace();  // filled in once the weights have their shape
    return bytes ? w.constant : real_tensor(w);
  }

  LoweredStep start(const Node& node) const {
    LoweredStep out;
    out.step.name = graph_.value(node.outputs[0]).name;
    out.step.op = node.op->name;
    return out;
  }

  void set_problem(LoweredStep& lowered, const Node& node) const {
    ConvProblem& p = lowered.step.conv;
    const auto& x = lowered.step.reads[0].shape;
    p.n = x[0], p.c = x[1], p.h = x[2], p.w = x[3];
    p.k = lowered.weights.shape()[0], p.r = lowered.weights.shape()[2],
    p.s = lowered.weights.shape()[3];
    p.ends.bias = lowered.bias.has_value();
    p.ends.add = lowered.step.inputs.size() > 1;
    p.type = lowered.step.reads[0].type, p.y_type = lowered.step.writes[0].type;
    p.add_type = p.ends.add ? lowered.step.reads[1].type : p.type;
    p.x_scale = scale_of(graph_.value(lowered.step.inputs[0]));
    p.y_scale = scale_of(graph_.value(lowered.step.outputs[0]));
    if (p.ends.add) p.add_scale = scale_of(graph_.value(lowered.step.inputs[1]));
    if (lowered.weights.is_hollow()) lowered.given.reset();
    if (lowered.given)
      lowered.given = encoded_bytes(lowered.weights, *graph_.value(node.inputs[1]).quant);
    p.ends.activation = *activation_of(node.attributes.text("activation"));
    p.ends.a = node.attributes.real("activation_a");
    p.ends.b = node.attributes.real("activation_b");
    p.workers = workers_;
    p.isa = isa_;
    p.label = lowered.step.name;
  }

  // Rows pack weights and bias at plan time, and see four axes with the channels side by side.
  Verdict accepts_conv(const Node& node) const {
    const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != kNoValue;
    if (graph_.is_constant(node.inputs[0])) return refuse("its input is a constant");
    if (!graph_.is_constant(node.inputs[1])) return refuse("its weights are not constant");
    if (has_bias && !graph_.is_constant(node.inputs[2])) return refuse("its bias is not constant");
    if (constant(node, 1).shape().rank() > 4) return refuse("it has more than two spatial axes");
    return accept();
  }

  Status lower_conv(const Node& node) {
    LoweredStep out = start(node);
    if (const Verdict verdict = accepts_conv(node); !verdict) return add_refusal(out, verdict);
    const Tensor w = weights_of(out, node);
    const bool flat = w.shape().rank() == 3;  // 1-D: height 1
    out.weights = flat ? w.reshaped({w.shape()[0], w.shape()[1], 1, w.shape()[2]}) : w;
    if (constant(node, 2).has_value()) out.bias = real_tensor(graph_.value(node.inputs[2]));
    out.consumed.push_back(node.inputs[1]);
    if (out.bias.has_value()) out.consumed.push_back(node.inputs[2]);
    const bool add = node.inputs.size() > 3 && node.inputs[3] != kNoValue;
    out.step.inputs = {node.inputs[0]};
    if (add) out.step.inputs.push_back(node.inputs[3]);
    out.step.outputs = {node.outputs[0]};
    for (ValueId id : out.step.inputs) out.step.reads.push_back(as_image(desc(id)));
    out.step.writes.push_back(as_image(desc(node.outputs[0])));
    set_problem(out, node);
    if (node.op->name == "WinogradConv"sv)
      set_domain(out.step.conv, node.attributes);
    else
      set_window(out.step.conv, node.attributes, flat);
    steps_.push_back(std::move(out));
    return {};
  }

  static void set_domain(ConvProblem& p, const Attributes& a) {
    const Ints pads = a.ints("pads");
    p.r = p.s = 3;
    p.winograd = int(a.integer("m"));
    p.winograd_relu = a.integer("relu") != 0;
    p.pad_top = pads[0], p.pad_left = pads[1], p.pad_bottom = pads[2], p.pad_right = pads[3];
  }

  static void set_window(ConvProblem& p, const Attributes& a, bool flat) {
    const auto pick = [flat](Ints v, std::size_t i, std::int64_t otherwise) {
      if (flat) return i == 0 || v.empty() ? otherwise : v[0];
      return v.empty() ? otherwise : v[i];
    };
    const Ints strides = a.ints("strides"), dilations = a.ints("dilations"), pads = a.ints("pads");
    p.stride_h = pick(strides, 0, 1), p.stride_w = pick(strides, 1, 1);
    p.dilation_h = pick(dilations, 0, 1), p.dilation_w = pick(dilations, 1, 1);
    p.groups = a.integer("group", 1);
    if (pads.empty()) return;
    if (flat) {
      p.pad_left = pads[0], p.pad_right = pads[1];
    } else {
      p.pad_top = pads[0], p.pad_left = pads[1], p.pad_bottom = pads[2], p.pad_right = pads[3];
    }
  }

  // False where rows do not lie regularly; the operator's own kernel then serves.
  bool lower_dense(const Node& node) {
    LoweredStep out = start(node);
    const bool gemm = node.op->name == "Gemm"sv;
    const auto x = as_rows(desc(node.inputs[0])), y = as_rows(desc(node.outputs[0]));
    if (!x || !y) return false;
    const Tensor w = weights_of(out, node);
    const bool transposed = gemm && node.attributes.integer("transB") != 0;
    out.weights = transposed ? w : w.permuted(std::array{1, 0});
    if (auto it = placements_.permuted.find(node.inputs[0]); it != placements_.permuted.end())
      out.weights = permute_columns(out.weights, it->second);
    if (gemm) out.weights = scaled(out.weights, node.attributes.real("alpha", 1));
    const Shape& kc = out.weights.shape();
    out.weights = out.weights.reshaped({kc[0], kc[1], 1, 1});
    out.consumed.push_back(node.inputs[1]);
    if (gemm && constant(node, 2).has_value()) {
      const Tensor bias = real_tensor(graph_.value(node.inputs[2]));
      out.bias = scaled(spread(bias, kc[0]), node.attributes.real("beta", 1));
      out.consumed.push_back(node.inputs[2]);
    }
    out.step.inputs = {node.inputs[0]}, out.step.outputs = {node.outputs[0]};
    out.step.reads = {*x}, out.step.writes = {*y};
    set_problem(out, node);
    steps_.push_back(std::move(out));
    return true;
  }

  static Tensor spread(const Tensor& bias, std::int64_t columns) {
    if (bias.elements() == columns) return bias.reshaped({columns});
    if (bias.is_hollow()) return Tensor::hollow(DType::f32, {columns});
    Tensor out(DType::f32, {columns});
    for (float& value : out.edit<float>()) value = bias.as<float>()[0];
    return out;
  }

  // Inputs that already lie in their part of the output need nothing; the others are copied there.
  Status lower_concat(const Node& node) {
    const ValueId out = node.outputs[0];
    const auto axis = int(node.attributes.integer("axis"));
    const auto size = std::int64_t(size_of(graph_.value(out).type));
    std::int64_t position = 0;
    for (ValueId id : node.inputs) {
      const TensorDesc from = desc(id);
      const std::int64_t offset = at(out).offset + position * at(out).strides[axis] * size;
      position += from.shape[axis];
      const bool constant = graph_.is_constant(id);
      if (!constant && at(id).root == at(out).root && at(id).offset == offset) continue;
      const TensorDesc to{from.type, from.shape, at(out).strides, from.scale};
      LoweredStep copy{DLIS_TRY(copy_step(graph_.value(out).name, from, to, workers_)), {}, {}};
      copy.step.op = "Concat";
      copy.step.inputs = {id}, copy.step.outputs = {out};
      copy.step.write_offset = offset - at(out).offset;
      steps_.push_back(std::move(copy));
    }
    return {};
  }

  Status lower_other(const Node& node) {
    LoweredStep out = start(node);
    OpProblem& p = out.step.other;
    p.op = node.op->name;
    p.attributes = node.attributes;
    p.workers = workers_;
    p.isa = host_isa();
    out.step.inputs = node.inputs, out.step.outputs = node.outputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      p.inputs.push_back(desc(node.inputs[i]));
      p.constants.push_back(constant(node, i));
    }
    for (ValueId id : node.outputs) p.outputs.push_back(desc(id));
    out.step.reads = p.inputs, out.step.writes = p.outputs;
    out.step.op_row = find_op_row(p.op);
    const Verdict verdict =
        out.step.op_row ? out.step.op_row->accepts(p) : refuse("no kernel computes it");
    if (!verdict) return add_refusal(out, verdict);
    steps_.push_back(std::move(out));
    return {};
  }

  Status add_refusal(const LoweredStep& layer, const Verdict& verdict) {
    refusals_ += fmt::format("{}{} ({}: {})", refusals_.empty() ? "" : ", ", layer.step.op,
                             layer.step.name, verdict.reason);
    return {};
  }

  const Graph& graph_;
  const Placements& placements_;
  int workers_;
  Isa isa_;
  std::vector<LoweredStep> steps_;
  std::string refusals_;
};

}  // namespace

Result<std::vector<LoweredStep>> lower(const Graph& graph, const Placements& placements,
                                       const PlanOptions& options) {
  return Lowering(graph, placements, options).run();
}

std::vector<bool> refused_nodes(const Graph& graph, const Placements& placements,
                                const PlanOptions& options) {
  return Lowering(graph, placements, options).refused(options);
}

const Format* LoweredStep::only_format() const {
  if (given) return given->format;
  return is_half(step.conv.type) ? find_format(name_of(step.conv.type)) : nullptr;
}

Result<Step> copy_step(const std::string& name, const TensorDesc& from, const TensorDesc& to,
                       int workers) {
  Step step;
  step.name = name;
  step.op = "Reorder";
  step.other.op = "Reorder";
  step.other.inputs = step.reads = {from};
  step.other.outputs = step.writes = {to};
  step.other.constants.resize(1);
  step.other.workers = workers;
  step.other.isa = host_isa();
  step.op_row = find_op_row("Reorder");
  DLIS_ASSERT(step.op_row);
  if (const Verdict verdict = step.op_row->accepts(step.other); !verdict)
    return fail(verdict.reason, name);
  return step;
}

}  // namespace dlis
