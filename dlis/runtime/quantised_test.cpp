// Plans on quantised values against the same network with every value rounded by nodes of its own.
#include "dlis/runtime/quantised.h"

#include <gmock/gmock.h>

#include "dlis/model/passes.h"
#include "dlis/model/quantised.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

const Quant kBf16{DType::bf16, {1.0f}, {0}, -1};

Quant bytes(DType type, float scale, std::int32_t zero) { return {type, {scale}, {zero}, -1}; }

void quantise(Graph& graph, ValueId id, const Quant& quant) {
  graph.value(id).quant = quant;
  graph.value(id).type = quant.type;
}

// Weights in bytes with a scale for each of the channels of `axis`.
void quantise_weights(Graph& graph, ValueId id, int axis) {
  Value& w = graph.value(id);
  Quant quant{DType::i8, {}, {}, axis};
  for (std::int64_t k = 0; k < w.constant.shape()[axis]; ++k) {
    quant.scale.push_back(0.01f + 0.001f * float(k % 5));
    quant.zero_point.push_back(0);
  }
  Rng rng(3);
  Tensor stored(DType::i8, w.constant.shape());
  for (std::int8_t& x : stored.edit<std::int8_t>()) x = std::int8_t(rng.below(255) - 127);
  w.constant = stored;
  w.type = DType::i8;
  w.quant = quant;
}

// x (f32) > rounded > conv + relu > max pool > conv, added to the pool's > conv depthwise > global
// average > flatten > dense.
Graph network(DType type) {
  GraphBuilder b;
  const std::int32_t zero = type == DType::u8 ? 117 : -9;
  const ValueId x = b.input({2, 3, 12, 10});
  const ValueId q =
      b.graph.add_value({"q", type, Shape{2, 3, 12, 10}, {}, bytes(type, 0.03f, zero)});
  Node first = rounding_node(*b.graph.value(q).quant, "first", x, q);
  b.graph.nodes.push_back(first);
  const auto relu = [&](ValueId y) { return b.node("Relu", {y}); };
  const auto at = [&](ValueId id, float scale, std::int32_t z) {
    quantise(b.graph, id, bytes(type, scale, z));
    return id;
  };
  const std::int32_t lowest = type == DType::u8 ? 0 : -128;
  ValueId y = at(relu(b.conv(q, 3, 20, 3)), 0.05f, lowest);
  Attributes window;
  window.set("kernel_shape", Ints{2, 2});
  window.set("strides", Ints{2, 2});
  const ValueId pooled = at(b.node("MaxPool", {y}, window), 0.05f, lowest);
  y = at(b.conv(pooled, 20, 20, 3), 0.1f, zero);
  y = at(relu(b.node("Add", {y, pooled})), 0.08f, lowest);
  y = at(b.conv(y, 20, 20, 3, 1, 20), 0.2f, zero);
  y = at(b.node("GlobalAveragePool", {y}), 0.1f, zero);
  y = at(b.node("Flatten", {y}, axis_attribute(1)), 0.1f, zero);
  Attributes dense;
  dense.set("transB", std::int64_t(1));
  dense.set("alpha", 1.0f);
  dense.set("beta", 1.0f);
  y = b.node("Gemm", {y, b.weights({7, 20}), b.weights({7})}, dense);
  for (const Node& node : b.graph.nodes)
    if (node.inputs.size() > 2) quantise_weights(b.graph, node.inputs[1], 0);
  return b.finish({y});
}

std::vector<Tensor> run(const Graph& graph, const std::vector<Tensor>& inputs,
                        const PlanOptions& options) {
  auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message());
  auto session = Session::open(*plan);
  EXPECT_TRUE(session);
  return *session->run(inputs);
}

// Every value rounded by a node, weights in f32.
Graph by_nodes(Graph graph) {
  for (Value& value : graph.values)
    if (value.constant.has_value() && value.quant) {
      value.constant = real_tensor(value);
      value.type = DType::f32;
      value.quant.reset();
    }
  return unfold_quantisation(std::move(graph));
}

std::vector<float> reals(const Tensor& stored) {
  const Tensor wide = stored.converted(DType::f32);
  return {wide.as<float>().begin(), wide.as<float>().end()};
}

PlanOptions untuned(const char* compute = "auto", int threads = 1) {
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = compute;
  options.threads = threads;
  return options;
}

TEST(QuantisedPlan, ComputesWhatRoundingNodesDo) {
  for (DType type : {DType::u8, DType::i8}) {
    const Graph graph = network(type);
    const auto inputs = random_inputs(graph);
    const auto want = run(by_nodes(graph), inputs, untuned());
    for (const char* compute : {"auto", "reference", "int8_gemm"}) {
      const auto got = run(graph, inputs, untuned(compute));
      expect_near(got[0], want[0], 0.02);  // a unit of the last layers is about 1 % of the largest
    }
  }
}

TEST(QuantisedPlan, SameBitsForAllWorkers) {
  const Graph graph = network(DType::u8);
  const auto inputs = random_inputs(graph);
  const auto want = run(graph, inputs, untuned());
  for (int threads : {2, 3}) {
    const auto got = run(graph, inputs, untuned("auto", threads));
    EXPECT_EQ(std::memcmp(got[0].data(), want[0].data(), got[0].bytes()), 0);
  }
}

TEST(QuantisedPlan, LayersComputeOnBytesWhereARowDoes) {
  const auto plan = make_plan(network(DType::u8), untuned("reference"));
  ASSERT_TRUE(plan) << plan.error().message();
  int layers = 0;
  for (const Step& step : (*plan)->steps) {
    if (!step.conv_row) continue;
    ++layers;
    EXPECT_EQ(step.conv.type, DType::u8) << step.name;
    EXPECT_STREQ(step.conv.format->name, "int8");
    EXPECT_GT(step.conv.x_scale.scale, 0);
  }
  EXPECT_EQ(layers, 4);
  EXPECT_TRUE(std::ranges::any_of((*plan)->steps, [](const Step& step) {
    return step.op == "MaxPool" && step.reads[0].type == DType::u8;
  }));
}

int conversions(const Graph& graph, const PlanOptions& options) {
  const auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << plan.error().message();
  return int(std::ranges::count_if((*plan)->steps, [](const Step& step) {
    return step.op == "QuantizeLinear" || step.op == "DequantizeLinear";
  }));
}

TEST(QuantisedPlan, ConvertsWhereANetworkBeginsAndEndsOnly) {
  for (DType type : {DType::u8, DType::i8})
    EXPECT_EQ(conversions(network(type), untuned("reference")), 1);
}

// Where the row that is asked for takes no bytes and no other does, a layer stays in f32.
TEST(QuantisedPlan, ConvertsAroundLayersWithoutARow) {
  Graph graph = network(DType::u8);
  for (Value& value : graph.values)
    if (value.constant.has_value() && value.quant)
      value.quant->zero_point.assign(value.quant->scale.size(), 3);
  const auto inputs = random_inputs(graph);
  const auto plan = make_plan(graph, untuned());
  ASSERT_TRUE(plan) << plan.error().message();
  for (const Step& step : (*plan)->steps)
    EXPECT_TRUE(!step.conv_row || step.conv.all_f32()) << step.name;
  const auto want = run(by_nodes(graph), inputs, untuned());
  expect_near(run(graph, inputs, untuned())[0], want[0], 1e-5);
}

TEST(QuantisedPlan, ALayerMayStayInF32) {
  const Graph graph = *prepare(network(DType::u8));
  std::string name;
  for (const Node& node : graph.nodes)
    if (std::string_view(node.op->name) == "Gemm") name = graph.value(node.outputs[0]).name;
  for (const bool asked : {false, true}) {
    std::set<std::string> in_f32;
    if (asked) in_f32.insert(name);
    const auto settled = settle_types(graph, stands_of(graph, untuned("reference")), in_f32);
    ASSERT_TRUE(settled) << settled.error().message();
    EXPECT_TRUE(validate(*settled));
    for (const Node& node : settled->nodes)
      if (std::string_view(node.op->name) == "Gemm") {
        EXPECT_EQ(settled->value(node.inputs[0]).type, asked ? DType::f32 : DType::u8);
      }
  }
}

class QuantisedPlanOfHalves : public testing::TestWithParam<DType> {};

TEST_P(QuantisedPlanOfHalves, ComputesInThem) {
  const DType type = GetParam();
  const Quant half{type, {1.0f}, {0}, -1};
  GraphBuilder b;
  ValueId x = b.input({1, 16, 9, 9});
  x = b.node("Relu", {b.conv(x, 16, 20, 3)});
  quantise(b.graph, x, half);
  const ValueId y = b.node("Relu", {b.conv(x, 20, 24, 3)});
  quantise(b.graph, y, half);
  const Graph graph = b.finish({b.node("GlobalAveragePool", {b.conv(y, 24, 8, 1)})});
  Graph plain = graph;
  for (Value& value : plain.values)
    if (value.quant) value.quant.reset(), value.type = DType::f32;
  const auto inputs = random_inputs(graph);
  for (const char* compute : {"auto", "reference"})
    expect_near(run(graph, inputs, untuned(compute))[0], run(plain, inputs, untuned())[0], 0.02);
  const auto plan = make_plan(graph, untuned("reference"));
  ASSERT_TRUE(plan);
  EXPECT_TRUE(std::ranges::any_of((*plan)->steps, [type](const Step& step) {
    return step.conv_row && step.conv.type == type &&
           step.conv.format == find_format(name_of(type));
  }));
}
INSTANTIATE_TEST_SUITE_P(All, QuantisedPlanOfHalves, testing::Values(DType::bf16, DType::f16),
                         [](const auto& each) { return std::string(name_of(each.param)); });

// A Cast of bytes that stand for reals casts the reals.
TEST(QuantisedPlan, CastsReals) {
  GraphBuilder b;
  const ValueId x = b.node("Tanh", {b.input({4, 5})});
  quantise(b.graph, x, bytes(DType::u8, 0.01f, 128));
  for (const DType to : {DType::i32, DType::bf16}) {
    GraphBuilder c = b;
    Attributes type;
    type.set("to", std::int64_t(to == DType::i32 ? 6 : 16));
    const ValueId y = c.node("Cast", {x}, type);
    if (to == DType::bf16) quantise(c.graph, y, kBf16);
    type.set("to", std::int64_t(1));
    const Graph graph = c.finish({c.node("Cast", {y}, type)});
    const auto inputs = random_inputs(graph);
    const auto got = run(graph, inputs, untuned());
    for (std::size_t i = 0; i < got[0].as<float>().size(); ++i) {
      const float real = 0.01f * std::nearbyint(std::tanh(inputs[0].as<float>()[i]) / 0.01f);
      EXPECT_NEAR(got[0].as<float>()[i], to == DType::i32 ? std::trunc(real) : real, 0.011);
    }
  }
}

TEST(QuantisedPlan, ConcatOfDifferentScales) {
  GraphBuilder b;
  const ValueId x = b.input({1, 8, 6, 6});
  const ValueId left = b.node("Relu", {x}), right = b.node("Tanh", {x});
  quantise(b.graph, left, bytes(DType::u8, 0.02f, 0));
  quantise(b.graph, right, bytes(DType::u8, 0.01f, 128));
  const ValueId both = b.node("Concat", {left, right}, axis_attribute(1));
  quantise(b.graph, both, bytes(DType::u8, 0.025f, 60));
  const Graph graph = b.finish({b.node("Relu", {both})});
  const auto inputs = random_inputs(graph);
  const auto want = run(by_nodes(graph), inputs, untuned());
  expect_near(run(graph, inputs, untuned())[0], want[0], 1e-6);
  EXPECT_EQ(conversions(graph, untuned()), 5);  // in, in, two to the other scale, out
}

// Every element is at most a step off what the operators make of reals, and no reals are stored.
TEST(QuantisedPlan, OperatorsOnBytes) {
  for (DType type : {DType::u8, DType::i8}) {
    const std::int32_t zero = type == DType::u8 ? 120 : -5;
    GraphBuilder b;
    const ValueId x = b.input({2, 20, 8, 6});
    const Quant given = bytes(type, 0.03f, zero);
    const ValueId q = b.graph.add_value({"q", type, Shape{2, 20, 8, 6}, {}, given});
    b.graph.nodes.push_back(rounding_node(given, "first", x, q));
    const auto at = [&](ValueId id, float scale, std::int32_t z) {
      quantise(b.graph, id, bytes(type, scale, z));
      return id;
    };
    Attributes bounds, window, pads;
    pads.set("pads", Ints{0, 2, 0, 0, 0, 3, 0, 1});
    pads.set("mode", std::string("constant"));
    pads.set("constant_value", 0.1f);
    bounds.set("min", -0.5f);
    bounds.set("max", 1.25f);
    window.set("kernel_shape", Ints{3, 3});
    window.set("strides", Ints{1, 1});
    window.set("pads", Ints(4, 1));
    const ValueId same = at(b.node("Relu", {q}), 0.03f, zero);
    const ValueId other = at(b.node("Clip", {q}, bounds), 0.007f, zero + 3);
    const ValueId tanh = at(b.node("Tanh", {q}), 0.01f, zero);
    const ValueId mean = at(b.node("AveragePool", {other}, window), 0.005f, zero);
    ValueId y = at(b.node("Concat", {same, tanh, mean}, axis_attribute(1)), 0.02f, zero - 7);
    y = at(b.node("GlobalAveragePool", {y}), 0.01f, zero);
    const ValueId wide = at(b.node("Pad", {tanh}, pads), 0.01f, zero);
    const Graph graph = b.finish({y, mean, wide});
    const auto inputs = random_inputs(graph);
    const auto got = run(graph, inputs, untuned()), want = run(by_nodes(graph), inputs, untuned());
    for (std::size_t o = 0; o < got.size(); ++o) {
      const std::vector<float> a = reals(got[o]), c = reals(want[o]);
      for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], c[i], 1) << o << " " << i;
    }
    EXPECT_EQ(conversions(graph, untuned()), 1 + 3);
  }
}

}  // namespace
}  // namespace dlis
