// Plans of bf16 and int8 networks whose layers may compute in f32.
#include "dlis/runtime/mixed_types.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "dlis/model/passes.h"
#include "dlis/model/quantised.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

using testing::HasSubstr;

const Quant kBf16{DType::bf16, {1.0f}, {0}, -1}, kF16{DType::f16, {1.0f}, {0}, -1},
    kBytes{DType::u8, {0.1f}, {100}, -1};

PlanOptions untuned(const char* compute = "auto") {
  PlanOptions options;
  options.tune = Tune::off;
  options.compute = compute;
  return options;
}

std::shared_ptr<const Plan> plan_of(const Graph& graph, const PlanOptions& options) {
  auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message());
  return plan ? *plan : nullptr;
}

std::vector<Tensor> run(const std::shared_ptr<const Plan>& plan, const Graph& graph) {
  auto session = Session::open(plan);
  EXPECT_TRUE(session);
  return *session->run(random_inputs(graph));
}

// Weights as a network in bytes has them, with one scale.
void store_in_bytes(Value& weights) {
  const Quant quant{DType::i8, {0.01f}, {0}, -1};
  Tensor stored(DType::i8, weights.constant.shape());
  const auto reals = weights.constant.as<float>();
  for (std::size_t i = 0; i < reals.size(); ++i) {
    const float whole = std::nearbyint(reals[i] / quant.scale[0]);
    stored.edit<std::int8_t>()[i] = std::int8_t(std::clamp(whole, -127.0f, 127.0f));
  }
  weights.constant = stored, weights.type = quant.type, weights.quant = quant;
}

// x > 3x3 + relu > max pool > 3x3, added to the pool's > 3x3 > global average > flatten > dense;
// with `quant`, every value that a layer reads is kept so. Without columns it ends at the average.
Graph network(const std::optional<Quant>& quant, std::int64_t columns = 0) {
  GraphBuilder b;
  const auto kept = [&](ValueId id) {
    if (quant) b.graph.value(id).quant = quant, b.graph.value(id).type = quant->type;
    return id;
  };
  const Shape image{1, 32, 24, 24};
  const ValueId input = b.input(image);
  ValueId x = quant ? b.graph.add_value({"rounded", quant->type, image, {}, quant}) : input;
  const ValueId rounded = x;
  Attributes window, dense;
  window.set("kernel_shape", Ints{2, 2});
  window.set("strides", Ints{2, 2});
  x = kept(b.node("Relu", {b.conv(x, 32, 64, 3)}));
  const ValueId pooled = kept(b.node("MaxPool", {x}, window));
  x = b.node("Add", {b.conv(pooled, 64, 64, 3), pooled});
  x = b.conv(kept(b.node("Relu", {x})), 64, 64, 3);
  x = b.node("GlobalAveragePool", {x});
  if (columns > 0) {
    x = kept(b.node("Flatten", {x}, axis_attribute(1)));
    for (const char* name : {"alpha", "beta"}) dense.set(name, 1.0f);
    dense.set("transB", std::int64_t(1));
    x = b.node("Gemm", {x, b.weights({columns, 64}), b.weights({columns})}, dense);
  }
  if (quant)  // last, so that the other nodes have the same names without
    b.graph.nodes.insert(b.graph.nodes.begin(), rounding_node(*quant, "rounded", input, rounded));
  if (quant && quant->type != DType::bf16)
    for (const Node& node : b.graph.nodes)
      if (node.inputs.size() > 2) store_in_bytes(b.graph.value(node.inputs[1]));
  return b.finish({x});
}

std::map<std::string, std::string> types_of(const Plan& plan) {
  std::map<std::string, std::string> types;
  for (const auto& [layer, choice] : choices_of(plan)) types[layer] = choice.type;
  return types;
}

// The cost model knows no gain in bf16 that is worth doing without Winograd's transforms.
TEST(MixedTypes, ABf16NetworkThatIsFasterInF32IsTheF32Plan) {
  const Graph graph = network(kBf16), plain = network(std::nullopt);
  PlanOptions options = untuned();
  options.threads = 2;
  const auto plan = plan_of(graph, options), want = plan_of(plain, options);
  ASSERT_EQ(plan->steps.size(), want->steps.size());
  for (std::size_t i = 0; i < want->steps.size(); ++i) {
    EXPECT_EQ(plan->steps[i].name, want->steps[i].name);
    EXPECT_EQ(plan->steps[i].conv_row, want->steps[i].conv_row);
    EXPECT_EQ(plan->steps[i].op_row, want->steps[i].op_row);
  }
  EXPECT_EQ(choices_of(*plan), choices_of(*want));
  EXPECT_EQ(plan->peak_bytes(), want->peak_bytes());
  const auto got = run(plan, graph), same = run(want, plain);
  EXPECT_EQ(std::memcmp(got[0].data(), same[0].data(), got[0].bytes()), 0);
  EXPECT_THAT(explain(*plan), HasSubstr("    in f32: "));
  EXPECT_THAT(explain(*plan), HasSubstr(" ms in bf16"));
}

// Half the bytes count where weights are read once.
TEST(MixedTypes, LayersOfOnePlanDiffer) {
  const auto types = types_of(*plan_of(network(kBf16, 4000), untuned()));
  int in_f32 = 0;
  for (const auto& [layer, type] : types) {
    in_f32 += type == "f32";
    EXPECT_EQ(type == "bf16", layer.starts_with("Gemm")) << layer;
  }
  EXPECT_EQ(in_f32, 3);
}

TEST(MixedTypes, ANamedRowGetsTheTypesThatItTakes) {
  const Graph graph = network(kBf16, 8);
  for (const char* compute : {"bf16_gemm", "reference"})
    for (const auto& [layer, type] : types_of(*plan_of(graph, untuned(compute))))
      EXPECT_EQ(type, "bf16") << layer << " " << compute;
  EXPECT_THAT(explain(*plan_of(graph, untuned("bf16_gemm"))), HasSubstr(", as asked for"));
  const auto plan = plan_of(graph, untuned("winograd_f4"));
  int taken = 0;
  for (const Step& step : plan->steps)
    taken += step.conv_row && !step.fallback && step.conv.type == DType::f32;
  EXPECT_EQ(taken, 3);
}

TEST(MixedTypes, ASavedPlanKeepsThem) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("dlis_types_" + std::to_string(std::random_device{}()));
  std::filesystem::create_directories(folder);
  for (const Quant& quant : {kBf16, kF16, kBytes}) {
    const Graph graph = network(quant, 4000);
    PlanOptions options = untuned();
    const auto plan = plan_of(graph, options);
    ASSERT_TRUE(save_choices(choices_of(*plan), folder / "plan.json"));
    options.choices = *load_choices(folder / "plan.json");
    const auto again = plan_of(graph, options);
    EXPECT_EQ(choices_of(*again), choices_of(*plan));
    EXPECT_EQ(again->peak_bytes(), plan->peak_bytes());
    const auto want = run(plan, graph), got = run(again, graph);
    EXPECT_EQ(std::memcmp(got[0].data(), want[0].data(), got[0].bytes()), 0);
  }
  std::filesystem::remove_all(folder);
}

// Layers were never in f32 where a row took them as they are stored.
TEST(MixedTypes, PlansWithoutTypesAreInTheStoredOnes) {
  const Graph graph = network(kBf16);
  const auto stored = plan_of(graph, untuned("reference"));
  PlanOptions options = untuned();
  options.choices = choices_of(*stored);
  for (auto& [layer, choice] : options.choices) choice.type.clear();
  EXPECT_EQ(choices_of(*plan_of(graph, options)), choices_of(*stored));
  const auto file = std::filesystem::temp_directory_path() /
                    ("dlis_types_" + std::to_string(std::random_device{}()));
  std::ofstream(file) << R"({"dlis_plan": 1, "layers": {"a": {"row": "x", "format": "y",)"
                         R"( "schedule": "static"}, "b": {"row": "x", "format": "y",)"
                         R"( "schedule": "static", "type": "bf16"}}})";
  const auto choices = load_choices(file);
  std::filesystem::remove(file);
  ASSERT_TRUE(choices) << choices.error().message();
  EXPECT_EQ(choices->at("a").type, "");
  EXPECT_EQ(choices->at("b").type, "bf16");
}

TEST(MixedTypes, AnotherTypeThanThePlansIsRefusedInOneSentence) {
  PlanOptions options = untuned();
  options.choices = choices_of(*plan_of(network(kBf16), untuned("bf16_gemm")));
  const auto plan = make_plan(network(std::nullopt), options);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message(), HasSubstr("computes this layer in bf16, here it is in f32"));
}

// Weights in bf16 take half the bytes, so a budget may leave nothing but them.
TEST(MixedTypes, ABudgetIsObeyed) {
  const Graph graph = network(kBf16);
  PlanOptions options = untuned();
  options.memory_bytes = plan_of(graph, untuned("bf16_gemm"))->peak_bytes();
  const auto plan = plan_of(graph, options);
  EXPECT_LE(plan->peak_bytes(), options.memory_bytes);
  for (const auto& [layer, type] : types_of(*plan)) EXPECT_EQ(type, "bf16") << layer;
}

// Measured plans run in turns with those of one type, whichever is chosen.
TEST(MixedTypes, TunedPlansCompareWithOneType) {
  const auto cache = std::filesystem::temp_directory_path() /
                     ("dlis_types_" + std::to_string(std::random_device{}()));
  PlanOptions options;
  options.cache = cache;
  const Graph graph = network(kBf16);
  const auto plan = plan_of(graph, options);
  std::filesystem::remove(cache);
  EXPECT_FALSE(plan->rivals.empty());
  for (const RivalPlan& rival : plan->rivals) {
    EXPECT_EQ(rival.uses, RivalPlan::Uses::type);
    EXPECT_GT(rival.ratio, 0);
  }
  expect_near(run(plan, graph)[0], run(plan_of(network(std::nullopt), untuned()), graph)[0], 0.05);
}

// Whichever layers compute in f32, the plan is sound and computes the same but for roundings.
TEST(MixedTypes, AnySetOfLayersMayBeInF32) {
  for (const Quant& quant : {kBf16, kF16, kBytes}) {
    const Graph graph = *prepare(network(quant, 8));
    const auto inputs = random_inputs(graph);
    const auto stands = stands_of(graph, untuned("reference"));
    std::vector<std::string> free;
    for (std::size_t i = 0; i < stands.size(); ++i)
      if (stands[i] == Stand::free) free.push_back(graph.value(graph.nodes[i].outputs[0]).name);
    ASSERT_GT(free.size(), 1u);
    const Tensor want = run_node_by_node(*settle_types(graph, stands), inputs)[0];
    for (int bits = 1; bits < 1 << free.size(); ++bits) {
      std::set<std::string> in_f32;
      for (std::size_t i = 0; i < free.size(); ++i)
        if (bits >> i & 1) in_f32.insert(free[i]);
      const auto settled = settle_types(graph, stands, in_f32);
      ASSERT_TRUE(settled) << settled.error().message();
      ASSERT_TRUE(validate(*settled));
      for (const Node& node : settled->nodes)
        if (in_f32.contains(settled->value(node.outputs[0]).name)) {
          EXPECT_FALSE(settled->value(node.inputs[0]).quant) << node.name;
        }
      expect_near(run_node_by_node(*settled, inputs)[0], want, 0.02);
    }
  }
}

}  // namespace
}  // namespace dlis
