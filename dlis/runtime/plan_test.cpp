// Whole plans against an oracle that shares no memory: views, Concat, in-place, flattening, fusing.
#include "dlis/runtime/plan.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <random>

#include "dlis/compute/parallel/test_specs.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

PlanOptions untuned(int threads = 1) {
  PlanOptions options;
  options.tune = Tune::off;
  options.threads = threads;
  return options;
}

std::shared_ptr<const Plan> plan_of(const Graph& graph, const PlanOptions& options) {
  auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message());
  return plan ? *plan : nullptr;
}

std::vector<Tensor> run(const std::shared_ptr<const Plan>& plan,
                        const std::vector<Tensor>& inputs) {
  auto session = Session::open(plan);
  EXPECT_TRUE(session) << (session ? "" : session.error().message());
  auto outputs = session->run(inputs);
  EXPECT_TRUE(outputs) << (outputs ? "" : outputs.error().message());
  const auto again = session->run(inputs);  // the arena is used twice: stale values would show
  for (std::size_t i = 0; i < outputs->size(); ++i)
    EXPECT_EQ(std::memcmp((*outputs)[i].data(), (*again)[i].data(), (*again)[i].bytes()), 0);
  return *outputs;
}

std::shared_ptr<const Plan> check(const Graph& graph) {
  const auto inputs = random_inputs(graph);
  const auto want = run_node_by_node(graph, inputs);
  const auto plan = plan_of(graph, untuned());
  const auto got = run(plan, inputs);
  for (std::size_t i = 0; i < want.size(); ++i) expect_near(got[i], want[i], 1e-5);
  // Every schedule for some layer; on all workers and on fewer, with coarse and with fine tiles.
  const auto specs = all_specs();
  for (std::size_t first = 0; first < specs.size(); ++first) {
    PlanOptions same = untuned(2 + int(first % 2));
    same.schedule = text_of(specs[first]);
    same.choices = choices_of(*plan);
    std::size_t layer = first;
    for (auto& [name, choice] : same.choices) {
      choice.schedule = text_of(specs[layer % specs.size()]);
      choice.workers = int(layer % 3);
      choice.cut = int(layer % 4) * 3;
      ++layer;
    }
    const auto parallel_plan = plan_of(graph, same);
    EXPECT_EQ(choices_of(*parallel_plan).size(), same.choices.size());
    const auto parallel = run(parallel_plan, inputs);
    for (std::size_t i = 0; i < want.size(); ++i)
      EXPECT_EQ(std::memcmp(parallel[i].data(), got[i].data(), got[i].bytes()), 0)
          << same.threads << " threads, " << same.schedule;
  }
  return plan;
}

int steps_of(const Plan& plan, std::string_view op) {
  return int(std::ranges::count_if(plan.steps, [&](const Step& step) { return step.op == op; }));
}

TEST(Plan, ChainOfConvolutionsFusesAndReusesMemory) {
  GraphBuilder b;
  ValueId x = b.input({1, 3, 16, 16});
  for (int i = 0; i < 4; ++i) x = b.node("Relu", {b.conv(x, i ? 8 : 3, 8, 3)});
  const auto plan = check(b.finish({x}));
  EXPECT_EQ(plan->steps.size(), 4u);
  EXPECT_LE(plan->arena_bytes, 2u * 8 * 16 * 16 * 4);
  EXPECT_EQ(plan->arena_bytes, plan->live_bytes);
}

TEST(Plan, ResidualBlock) {
  GraphBuilder b;
  const ValueId x = b.node("Relu", {b.conv(b.input({2, 5, 9, 7}), 5, 12, 3)});
  const ValueId y = b.conv(b.node("Relu", {b.conv(x, 12, 12, 3)}), 12, 12, 3);
  const auto plan = check(b.finish({b.node("Relu", {b.node("Add", {y, x})})}));
  EXPECT_EQ(plan->steps.size(), 3u);
}

TEST(Plan, ConcatIsWrittenInPlace) {
  GraphBuilder b;
  const ValueId x = b.input({1, 4, 8, 8});
  const ValueId y = b.conv(x, 4, 6, 3), z = b.conv(x, 4, 10, 1);
  const ValueId inner = b.node("Concat", {y, z}, axis_attribute(1));
  const ValueId w = b.conv(inner, 16, 8, 3);
  const ValueId outer = b.node("Concat", {inner, w}, axis_attribute(1));
  const auto plan = check(b.finish({b.conv(outer, 24, 5, 3)}));
  EXPECT_EQ(steps_of(*plan, "Concat"), 0);
}

TEST(Plan, ConcatOfOneValueWithItself) {
  GraphBuilder b;
  const ValueId y = b.conv(b.input({1, 4, 5, 5}), 4, 6, 3);
  const auto plan =
      check(b.finish({b.conv(b.node("Concat", {y, y}, axis_attribute(1)), 12, 4, 1)}));
  EXPECT_EQ(steps_of(*plan, "Concat"), 1);
}

TEST(Plan, ConcatOfInputsAndConstants) {
  GraphBuilder b;
  const ValueId x = b.input({1, 4, 5, 5}), y = b.input({1, 2, 5, 5});
  const ValueId c = b.weights({1, 3, 5, 5});
  check(b.finish({b.node("Relu", {b.node("Concat", {x, c, y}, axis_attribute(1))})}));
}

// The parts lie in one root with the whole, but at places of their own.
TEST(Plan, ConcatOfAValueWithPartsOfItself) {
  GraphBuilder b;
  const ValueId x = b.conv(b.input({1, 3, 6, 6}), 3, 8, 3);
  Attributes split = axis_attribute(1), slice;
  split.set("split", Ints{5, 3});
  slice.set("starts", Ints{2});
  slice.set("ends", Ints{6});
  slice.set("axes", Ints{1});
  slice.set("steps", Ints{1});
  const auto parts = b.nodes("Split", {x}, split, 2);
  const ValueId middle = b.node("Slice", {x}, slice);
  const ValueId y = b.node("Concat", {x, parts[0], middle}, axis_attribute(1));
  check(b.finish({b.conv(y, 17, 4, 1), b.node("Tanh", {parts[1]})}));
}

TEST(Plan, AnInputMayBeAnOutput) {
  GraphBuilder b;
  const ValueId x = b.input({1, 4}), y = b.input({2, 3, 4, 4});
  check(b.finish({b.node("Tanh", {x}), y}));
}

TEST(Plan, GemmThatIsNoDenseLayerKeepsItsActivation) {
  GraphBuilder b;
  const ValueId x = b.input({3, 5}), w = b.input({5, 4});
  Attributes gemm;
  for (const char* name : {"alpha", "beta"}) gemm.set(name, 1.0f);
  for (const char* name : {"transA", "transB"}) gemm.set(name, std::int64_t(0));
  const ValueId product = b.node("Gemm", {x, w}, gemm);
  const ValueId sum = b.node("Gemm", {x, b.weights({5, 4}), b.weights({3, 4})}, gemm);
  check(b.finish({b.node("Relu", {product}), b.node("Relu", {sum})}));
}

TEST(Plan, ConvolutionsThatNoRowComputesAreRefusedByName) {
  GraphBuilder b;
  const ValueId x = b.input({1, 2, 4, 4}), bias = b.input({3}), deep = b.input({1, 2, 3, 3, 3});
  std::vector<ValueId> outputs;
  for (const auto& inputs :
       std::vector<std::vector<ValueId>>{{x, b.weights({3, 2, 1, 1}), bias},
                                         {b.weights({1, 2, 4, 4}), b.weights({3, 2, 1, 1})},
                                         {x, b.input({3, 2, 1, 1})},
                                         {deep, b.weights({3, 2, 1, 1, 1})}})
    outputs.push_back(b.node("Conv", inputs));
  const auto plan = make_plan(b.finish(outputs), untuned());
  ASSERT_FALSE(plan);
  for (const char* reason : {"its bias is not constant", "its input is a constant",
                             "its weights are not constant", "it has more than two spatial axes"})
    EXPECT_THAT(plan.error().message(), testing::HasSubstr(reason));
}

TEST(Plan, SplitAndSliceAreViews) {
  GraphBuilder b;
  const ValueId x = b.conv(b.input({1, 3, 8, 8}), 3, 8, 3);
  Attributes split = axis_attribute(1);
  split.set("split", Ints{5, 3});
  const auto parts = b.nodes("Split", {x}, split, 2);
  Attributes slice;
  slice.set("starts", Ints{0, 1});
  slice.set("ends", Ints{8, 8});
  slice.set("axes", Ints{2, 3});
  slice.set("steps", Ints{2, 2});
  const ValueId thin = b.node("Slice", {x}, slice);
  const auto plan = check(
      b.finish({b.conv(parts[0], 5, 4, 3), b.conv(parts[1], 3, 4, 3), b.conv(thin, 8, 4, 3)}));
  EXPECT_EQ(steps_of(*plan, "Split") + steps_of(*plan, "Slice"), 0);
}

TEST(Plan, ShuffleOfSplitParts) {
  GraphBuilder b;
  const ValueId x = b.conv(b.input({1, 3, 6, 6}), 3, 8, 3);
  Attributes split = axis_attribute(1);
  split.set("split", Ints{4, 4});
  const auto parts = b.nodes("Split", {x}, split, 2);
  const ValueId y = b.node("Relu", {b.conv(parts[1], 4, 4, 3)});
  check(b.finish({b.node("Concat", {parts[0], y}, axis_attribute(1)), x}));
}

TEST(Plan, ElementwiseWorksInPlaceOnlyWhereNobodyLooksAgain) {
  GraphBuilder b;
  const ValueId x = b.input({1, 4, 6, 6});
  const ValueId a = b.node("Sigmoid", {x});
  const ValueId c = b.node("Tanh", {a});
  const ValueId d = b.node("Mul", {a, c});  // reads a after c was made
  const auto plan = check(b.finish({b.node("Exp", {d}), x}));
  EXPECT_LE(plan->live_bytes, 3u * 4 * 6 * 6 * 4);
}

TEST(Plan, FlattenBeforeDenseLayersPermutesWeights) {
  GraphBuilder b;
  const ValueId x = b.conv(b.input({3, 3, 4, 5}), 3, 6, 3);
  const ValueId flat = b.node("Flatten", {x}, axis_attribute(1));
  Attributes gemm;
  gemm.set("transB", std::int64_t(1));
  gemm.set("alpha", 0.5f);
  gemm.set("beta", 2.0f);
  const ValueId one = b.node("Gemm", {flat, b.weights({7, 120}), b.weights({7})}, gemm);
  const ValueId two = b.node("MatMul", {flat, b.weights({120, 9})});
  const auto plan = check(b.finish({one, two}));
  EXPECT_EQ(steps_of(*plan, "Flatten"), 0);
}

TEST(Plan, FlattenSeenByOthersKeepsLogicalOrder) {
  GraphBuilder b;
  const ValueId x = b.conv(b.input({1, 3, 4, 5}), 3, 6, 3);
  const ValueId flat = b.node("Flatten", {x}, axis_attribute(1));
  Attributes gemm;
  gemm.set("transB", std::int64_t(1));
  check(b.finish({b.node("Gemm", {flat, b.weights({7, 120}), b.weights({7})}, gemm), flat}));
}

TEST(Plan, OneDimensionalConvolutions) {
  GraphBuilder b;
  const ValueId x = b.input({2, 3, 17});
  Attributes a;
  a.set("kernel_shape", Ints{5});
  a.set("strides", Ints{2});
  a.set("dilations", Ints{1});
  a.set("pads", Ints{1, 3});
  a.set("group", std::int64_t(1));
  const ValueId y = b.node("Relu", {b.node("Conv", {x, b.weights({6, 3, 5}), b.weights({6})}, a)});
  check(b.finish({b.node("GlobalAveragePool", {y}), y}));
}

TEST(Plan, InputsThatAreOutputsAndConstantsThatAreOutputs) {
  GraphBuilder b;
  const ValueId x = b.input({1, 2, 3, 3});
  const ValueId c = b.weights({2, 2});
  check(b.finish({x, c, b.node("Relu", {x})}));
}

TEST(Plan, MatMulOfBatchesRunsAsRows) {
  GraphBuilder b;
  const ValueId x = b.input({2, 5, 8});
  const auto plan = check(b.finish({b.node("MatMul", {x, b.weights({8, 3})})}));
  EXPECT_NE(plan->steps[0].conv_row, nullptr);
}

TEST(Plan, NamedRowsApplyWhereTheyAreAccepted) {
  GraphBuilder b;
  const ValueId x = b.conv(b.input({1, 8, 8, 8}), 8, 8, 3, 1, 8);
  const Graph graph = b.finish({b.conv(x, 8, 16, 3)});
  PlanOptions options = untuned();
  options.compute = "depthwise";
  const auto plan = plan_of(graph, options);
  EXPECT_STREQ(plan->steps[0].conv_row->name, "depthwise");
  EXPECT_FALSE(plan->steps[0].fallback);
  EXPECT_TRUE(plan->steps[1].fallback);
  EXPECT_NEAR(plan->fallback_macs, 16.0 / 17, 1e-9);
  const auto inputs = random_inputs(graph);
  expect_near(run(plan, inputs)[0], run_node_by_node(graph, inputs)[0], 1e-5);
}

TEST(Plan, RefusedWhereNoLayerAccepts) {
  GraphBuilder b;
  const Graph graph = b.finish({b.conv(b.input({1, 8, 8, 8}), 8, 16, 3)});
  PlanOptions options = untuned();
  options.compute = "depthwise";
  const auto plan = make_plan(graph, options);
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().refused);
  EXPECT_THAT(plan.error().message(), testing::HasSubstr("depthwise"));
}

TEST(Plan, UnknownNamesSuggestTheNearest) {
  GraphBuilder b;
  const Graph graph = b.finish({b.conv(b.input({1, 8, 8, 8}), 8, 16, 3)});
  PlanOptions options = untuned();
  options.compute = "indirect_gem";
  const auto plan = make_plan(graph, options);
  ASSERT_FALSE(plan);
  EXPECT_FALSE(plan.error().refused);
  EXPECT_THAT(plan.error().message(), testing::HasSubstr("indirect_gemm"));
}

// The network with the weights that each layer's format gives back.
Graph as_kept(Graph graph, const Plan& plan) {
  for (const Node& node : graph.nodes)
    for (const Step& step : plan.steps)
      if (step.name == graph.value(node.outputs[0]).name) {
        Tensor& weights = graph.value(node.inputs[1]).constant;
        weights = step.conv.format->decode(*step.conv.format->encode(weights));
      }
  return graph;
}

TEST(Plan, EveryFormatThroughEveryRow) {
  GraphBuilder b;
  const ValueId x = b.conv(b.conv(b.input({1, 8, 9, 9}), 8, 16, 3), 16, 24, 1);
  const Graph graph = b.finish({x});
  const auto inputs = random_inputs(graph);
  for (const Format* format : formats())
    for (const ConvRow* row : conv_rows()) {
      PlanOptions options = untuned();
      options.format = format->name;
      options.compute = row->name;
      const auto plan = make_plan(graph, options);
      if (!plan) {
        EXPECT_TRUE(plan.error().refused) << plan.error().message();
        continue;
      }
      const Tensor want = run_node_by_node(as_kept(graph, **plan), inputs)[0];
      expect_near(run(*plan, inputs)[0], want, 1e-5);
    }
}

TEST(Plan, MeasuredChoicesAreKeptAndTakenAgain) {
  GraphBuilder b;
  const Graph graph = b.finish({b.conv(b.conv(b.input({1, 8, 9, 9}), 8, 16, 3), 16, 24, 1)});
  const auto folder = std::filesystem::temp_directory_path() /
                      ("dlis_plan_" + std::to_string(std::random_device{}()));
  std::filesystem::create_directories(folder);
  PlanOptions options;
  options.cache = folder / "choices.tsv";
  options.schedule = "auto";
  options.threads = 2;
  const auto plan = plan_of(graph, options);
  EXPECT_TRUE(
      std::ranges::any_of(plan->steps[0].candidates, [](auto& c) { return c.milliseconds > 0; }));
  EXPECT_TRUE(std::filesystem::exists(options.cache));
  ASSERT_TRUE(save_choices(choices_of(*plan), folder / "plan.json"));
  const auto choices = load_choices(folder / "plan.json");
  ASSERT_TRUE(choices);
  EXPECT_EQ(*choices, choices_of(*plan));
  options.choices = *choices;
  EXPECT_EQ(choices_of(*plan_of(graph, options)), *choices);
  for (auto& [layer, choice] : options.choices) choice.workers = 1, choice.cut = 5;
  ASSERT_TRUE(save_choices(options.choices, folder / "plan.json"));
  EXPECT_EQ(*load_choices(folder / "plan.json"), options.choices);
  EXPECT_EQ(choices_of(*plan_of(graph, options)), options.choices);
  EXPECT_THAT(explain(*plan_of(graph, options)), testing::HasSubstr(" on 1 of 2 workers"));
  options.choices.begin()->second.row = "depthwise";
  EXPECT_FALSE(make_plan(graph, options));
  options.choices.begin()->second.row = "ternary_gemm";
  options.choices.begin()->second.format = "ternary2";
  EXPECT_THAT(make_plan(graph, options).error().message(),
              testing::AllOf(testing::HasSubstr("not ternary"),
                             testing::HasSubstr("plan this network anew")));
  EXPECT_FALSE(load_choices(options.cache));
  std::filesystem::remove_all(folder);
}

TEST(Session, RefusesWrongInputsWithOneSentence) {
  GraphBuilder b;
  const auto plan = plan_of(b.finish({b.conv(b.input({1, 8, 8, 8}), 8, 16, 3)}), untuned());
  auto session = Session::open(plan);
  ASSERT_TRUE(session);
  EXPECT_FALSE(session->run({}));
  const std::vector<Tensor> wrong{Tensor(DType::f32, {1, 8, 8, 9})};
  const auto outputs = session->run(wrong);
  ASSERT_FALSE(outputs);
  EXPECT_THAT(outputs.error().message(), testing::HasSubstr("1x8x8x9"));
}

TEST(Session, ManySessionsShareOnePlan) {
  GraphBuilder b;
  const Graph graph = b.finish({b.conv(b.input({1, 8, 8, 8}), 8, 16, 3)});
  const auto plan = plan_of(graph, untuned(2));
  auto one = Session::open(plan), two = Session::open(plan);
  const auto inputs = random_inputs(graph), others = random_inputs(graph, 2);
  const Tensor want = (*one->run(inputs))[0];
  two->run(others);
  const Tensor got = (*one->run(inputs))[0];
  EXPECT_EQ(std::memcmp(want.data(), got.data(), got.bytes()), 0);
}

TEST(Session, ObservesEveryValue) {
  GraphBuilder b;
  const ValueId x = b.conv(b.input({1, 3, 6, 6}), 3, 4, 3);
  const Graph graph = b.finish({b.node("MaxPool", {x}, [] {
    Attributes a;
    a.set("kernel_shape", Ints{2, 2});
    a.set("strides", Ints{2, 2});
    a.set("pads", Ints(4, 0));
    a.set("dilations", Ints{1, 1});
    return a;
  }())});
  auto session = Session::open(plan_of(graph, untuned()));
  std::vector<std::string> seen;
  const auto outputs =
      session->observe(random_inputs(graph), [&](const Value& value, const Tensor& tensor) {
        EXPECT_EQ(tensor.shape(), *value.shape);
        seen.push_back(value.name);
      });
  ASSERT_TRUE(outputs);
  EXPECT_THAT(seen, testing::ElementsAre("Conv0_0", "MaxPool1_0"));
}

TEST(Session, ObservesAConcatOnceItIsWhole) {
  GraphBuilder b;
  const ValueId x = b.input({1, 4, 5, 5}), c = b.weights({1, 3, 5, 5});
  const ValueId y = b.node("Concat", {c, x, x}, axis_attribute(1));
  const Graph graph = b.finish({b.node("MaxPool", {y}, [] {
    Attributes a;
    a.set("kernel_shape", Ints{1, 1});
    return a;
  }())});
  auto session = Session::open(plan_of(graph, untuned()));
  std::vector<Tensor> seen;
  const auto outputs = session->observe(
      random_inputs(graph), [&](const Value&, const Tensor& tensor) { seen.push_back(tensor); });
  ASSERT_TRUE(outputs);
  ASSERT_EQ(seen.size(), 2u);
  expect_near(seen[0], (*outputs)[0], 0);
}

TEST(Session, ObservesWhatOnlySharesMemory) {
  GraphBuilder b;
  const ValueId x = b.input({1, 4, 3, 5});
  const ValueId y = b.conv(x, 4, 6, 3), z = b.conv(x, 4, 10, 1);
  const ValueId both = b.node("Concat", {y, z}, axis_attribute(1));
  const ValueId flat = b.node("Flatten", {both}, axis_attribute(1));
  const Graph graph = b.finish({b.node("MatMul", {flat, b.weights({240, 7})})});
  const auto plan = plan_of(graph, untuned());
  ASSERT_EQ(plan->steps.size(), 3u);  // two convolutions and the dense layer
  std::vector<std::string> names;
  std::map<std::string, std::vector<float>> seen;
  const auto see = [&](const Value& value, const Tensor& tensor) {
    const auto floats = tensor.as<float>();
    EXPECT_EQ(tensor.shape(), *value.shape);
    names.push_back(value.name);
    seen[value.name].assign(floats.begin(), floats.end());
  };
  auto session = Session::open(plan);
  ASSERT_TRUE(session->observe(random_inputs(graph), see));
  EXPECT_THAT(names,
              testing::ElementsAre("Conv0_0", "Conv1_0", "Concat2_0", "Flatten3_0", "MatMul4_0"));
  std::vector<float> want = seen["Conv0_0"];
  want.insert(want.end(), seen["Conv1_0"].begin(), seen["Conv1_0"].end());
  EXPECT_EQ(seen["Concat2_0"], want);
  EXPECT_EQ(seen["Flatten3_0"], want);  // in logical order, whatever the memory's
}

TEST(Measure, KeepsTheSpread) {
  const Timing timing = measure([] {}, 0.01, 20);
  EXPECT_GE(timing.runs, 20);
  EXPECT_LE(timing.p10_ms, timing.median_ms);
  EXPECT_LE(timing.median_ms, timing.p90_ms);
}

}  // namespace
}  // namespace dlis
