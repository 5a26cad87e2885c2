// Tests choices as text, chains, and which weights pruning takes.
#include "dlis/compress/technique.h"

#include <gmock/gmock.h>

#include <cmath>

#include "dlis/base/rng.h"
#include "dlis/base/text.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Choice, RoundTrip) {
  for (const char* text :
       {"none", "weight_prune:zeros=0.9", "quantise:teacher=a/b.onnx:type=int8", "x:k=v=w"})
    EXPECT_EQ(text_of(parse_choice(text).value()), text);
  EXPECT_EQ(text_of(parse_choice("a:z=1:b=2").value()), "a:b=2:z=1");  // keys in order
}

TEST(Choice, RandomTextParsesToItselfOrIsRefused) {
  Rng rng(11);
  const std::string letters = "ab1:=,+|/ .\n";
  int parsed = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::int64_t n = rng.below(10); n > 0; --n)
      text += letters[std::size_t(rng.below(std::int64_t(letters.size())))];
    const auto choice = parse_choice(text);
    if (!choice) continue;
    ++parsed;
    ASSERT_EQ(parse_choice(text_of(*choice)).value(), *choice) << text;
  }
  EXPECT_GT(parsed, 500);
}

TEST(Choice, ErrorsQuoteThePart) {
  const auto message = [](const char* text) { return parse_choice(text).error().message(); };
  EXPECT_THAT(message(""), HasSubstr("a name is empty"));
  EXPECT_THAT(message("a b"), HasSubstr("the name 'a b' holds ' '"));
  EXPECT_THAT(message("a:"), HasSubstr("the parameter '' has no value"));
  EXPECT_THAT(message("a:k"), HasSubstr("the parameter 'k' has no value"));
  EXPECT_THAT(message("a:k="), HasSubstr("a parameter's value is empty"));
  EXPECT_THAT(message("a:=v"), HasSubstr("a parameter's name is empty"));
  EXPECT_THAT(message("a:k=1:k=2"), HasSubstr("given twice"));
  EXPECT_THAT(message("a:k=1,2"), HasSubstr("holds ','"));
}

// input 1x3x4x4 > conv "first" (8x3x3x3) > relu > conv "middle" (6x8x1x1) > depthwise (6x1x3x3)
// > flatten > gemm "dense" (5x96), with biases.
class Pruning : public testing::Test {
 protected:
  Pruning() {
    ValueId x = graph_.add_value({.name = "input", .shape = Shape{1, 3, 4, 4}, .quant = {}});
    graph_.inputs = {x};
    const Attributes padded = attributes({{"pads", Ints{1, 1, 1, 1}}});
    Attributes depthwise = padded;
    depthwise.set("group", std::int64_t(6));
    Attributes dense;
    dense.set("transB", std::int64_t(1));
    x = add("Conv", "first", {x, weight("first", {8, 3, 3, 3}), weight("b1", {8})}, padded);
    x = add("Relu", "relu", {x}, {});
    x = add("Conv", "middle", {x, weight("middle", {6, 8, 1, 1})}, {});
    x = add("Conv", "depthwise", {x, weight("depthwise", {6, 1, 3, 3})}, depthwise);
    x = add("Flatten", "flatten", {x}, {});
    x = add("Gemm", "dense", {x, weight("dense", {5, 96}), weight("b2", {5})}, dense);
    graph_.outputs = {x};
    const Status inferred = infer_shapes(graph_);
    EXPECT_TRUE(inferred) << inferred.error().message();
  }

  static Attributes attributes(std::initializer_list<std::pair<const char*, Ints>> list) {
    Attributes all;
    for (const auto& [name, value] : list) all.set(name, value);
    return all;
  }

  ValueId weight(const char* name, const Shape& shape) {
    Tensor tensor(DType::f32, shape);
    for (float& value : tensor.edit<float>()) value = float(rng_.normal());
    return graph_.add_constant(name, tensor);
  }

  ValueId add(const char* op, const char* name, std::vector<ValueId> inputs,
              Attributes attributes) {
    const ValueId out = graph_.add_value({.name = std::string(name) + ".out", .quant = {}});
    graph_.nodes.push_back(
        {find_operator(op), name, std::move(attributes), std::move(inputs), {out}});
    return out;
  }

  static Tensor named(const Graph& graph, std::string_view name) {
    for (const Value& value : graph.values)
      if (value.name == name) return value.constant;
    return {};
  }
  static std::int64_t zeros(const Tensor& tensor) {
    std::int64_t count = 0;
    for (const float value : tensor.as<float>()) count += value == 0;
    return count;
  }
  Result<Graph> pruned(const std::string& text) const {
    auto result = compress(graph_, std::vector{parse_choice(text).value()});
    if (!result) return tl::unexpected(result.error());
    return std::move(result->graph);
  }

  static constexpr std::int64_t kAll = 216 + 48 + 54 + 480;
  Rng rng_{1};
  Graph graph_;
};

TEST_F(Pruning, WeightsAreFoundWithTheirPlace) {
  const auto weights = weights_of(graph_);
  ASSERT_EQ(weights.size(), 4u);
  for (const Weight& weight : weights) {
    const std::string& name = graph_.value(weight.value).name;
    EXPECT_EQ(weight.first, name == "first");
    EXPECT_EQ(weight.depthwise, name == "depthwise");
  }
  EXPECT_EQ(density_of(graph_), 1);
  EXPECT_EQ(density_of(Graph{}), 1);
}

TEST_F(Pruning, TheShareIsExactForEveryShare) {
  for (int percent = 0; percent <= 66; ++percent) {
    const double share = percent / 100.0;
    const auto graph = pruned("weight_prune:zeros=" + std::to_string(share));
    ASSERT_TRUE(graph) << graph.error().message();
    const auto wanted = std::llround(share * kAll);
    EXPECT_EQ(zeros(named(*graph, "middle")) + zeros(named(*graph, "dense")), wanted);
    EXPECT_DOUBLE_EQ(density_of(*graph), double(kAll - wanted) / kAll);
    for (const char* kept : {"first", "depthwise", "b1", "b2"})
      EXPECT_TRUE(named(*graph, kept).same_storage(named(graph_, kept))) << kept;
  }
}

// The oracle: every kept prunable weight is at least as large as every one that went.
TEST_F(Pruning, TheSmallestOfTheWholeNetworkGo) {
  const Graph graph = pruned("weight_prune:zeros=0.5:all=1").value();
  float smallest_kept = 1e9f, largest_gone = 0;
  std::int64_t gone = 0;
  for (const char* name : {"first", "middle", "depthwise", "dense"}) {
    const Tensor before = named(graph_, name), after = named(graph, name);
    for (std::size_t i = 0; i < before.as<float>().size(); ++i) {
      const float old = std::abs(before.as<float>()[i]), now = std::abs(after.as<float>()[i]);
      if (now == 0)
        largest_gone = std::max(largest_gone, old), ++gone;
      else
        smallest_kept = std::min(smallest_kept, now);
      if (now != 0) {
        EXPECT_EQ(after.as<float>()[i], before.as<float>()[i]);
      }
    }
  }
  EXPECT_EQ(gone, kAll / 2);
  EXPECT_LE(largest_gone, smallest_kept);
}

// middle has 48 of the 528 weights that may go, dense 480; the total is exact all the same.
TEST_F(Pruning, TheSameShareOfEachLayer) {
  for (int percent = 0; percent <= 66; percent += 3) {
    const double share = percent / 100.0;
    const auto graph = pruned("weight_prune:scope=layer:zeros=" + std::to_string(share));
    ASSERT_TRUE(graph) << graph.error().message();
    const std::int64_t middle = zeros(named(*graph, "middle")),
                       dense = zeros(named(*graph, "dense"));
    EXPECT_EQ(middle + dense, std::llround(share * kAll));
    EXPECT_NEAR(double(middle) / 48, double(dense) / 480, 0.5 / 48 + 0.5 / 480);
  }
  EXPECT_THAT(pruned("weight_prune:zeros=0.5:scope=each").error().message(),
              testing::HasSubstr("global or layer"));
}

TEST_F(Pruning, TiesGoByPosition) {
  for (Value& value : graph_.values)
    if (value.constant.has_value())
      for (float& x : value.constant.edit<float>()) x = x < 0 ? -0.5f : 0.5f;
  const Graph graph =
      pruned("weight_prune:zeros=0.1").value();  // 80 of 798: all of middle, 32 of dense
  EXPECT_EQ(zeros(named(graph, "middle")), 48);
  const Tensor dense = named(graph, "dense");
  for (std::size_t i = 0; i < 480; ++i) EXPECT_EQ(dense.as<float>()[i] == 0, i < 32) << i;
}

TEST_F(Pruning, WhatIsZeroAlreadyCounts) {
  const Graph once = pruned("weight_prune:zeros=0.4").value();
  const std::vector twice{parse_choice("weight_prune:zeros=0.2").value(),
                          parse_choice("weight_prune:zeros=0.4").value()};
  const Graph chained = compress(graph_, twice).value().graph;
  for (const char* name : {"middle", "dense"}) {
    const auto a = named(once, name).as<float>(), b = named(chained, name).as<float>();
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin())) << name;
  }
}

TEST_F(Pruning, TheInputGraphStaysAsItWas) {
  const Tensor before = named(graph_, "dense");
  const Graph graph = pruned("weight_prune:zeros=0.6").value();
  EXPECT_TRUE(named(graph_, "dense").same_storage(before));
  EXPECT_EQ(zeros(before), 0);
  EXPECT_GT(zeros(named(graph, "dense")), 0);
  EXPECT_TRUE(validate(graph)) << validate(graph).error().message();
}

TEST_F(Pruning, HalfPrecisionWeightsKeepTheirType) {
  for (Value& value : graph_.values)
    if (value.name == "dense") value.constant = value.constant.converted(DType::f16);
  const Graph graph = pruned("weight_prune:zeros=0.5").value();
  EXPECT_EQ(named(graph, "dense").type(), DType::f16);
  EXPECT_DOUBLE_EQ(density_of(graph), 0.5);
}

TEST_F(Pruning, EverythingAndNothing) {
  EXPECT_EQ(density_of(pruned("weight_prune:zeros=1:all=1").value()), 0);
  EXPECT_EQ(density_of(pruned("weight_prune:zeros=0").value()), 1);
  EXPECT_EQ(density_of(pruned("none").value()), 1);
  EXPECT_EQ(density_of(compress(graph_, {}).value().graph), 1);
}

TEST_F(Pruning, RefusalsAreMarkedAndSaid) {
  const auto too_many = pruned("weight_prune:zeros=0.9");
  ASSERT_FALSE(too_many);
  EXPECT_TRUE(too_many.error().refused);
  EXPECT_THAT(too_many.error().message(),
              AllOf(HasSubstr("718 of 798"), HasSubstr("only 528"), HasSubstr("all=1")));
  for (const char* text :
       {"weight_prune:epochs=3:zeros=0.5", "none:epochs=3", "none:teacher=x.onnx"}) {
    const auto refused = pruned(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_TRUE(refused.error().refused);
    EXPECT_THAT(refused.error().message(), AllOf(StartsWith(text), HasSubstr("training")));
  }
  EXPECT_TRUE(pruned("weight_prune:zeros=0.5:epochs=0"));
}

TEST_F(Pruning, WrongParametersAreErrors) {
  const auto message = [&](const char* text) {
    const auto graph = pruned(text);
    return graph ? "no error" : graph.error().message();
  };
  EXPECT_THAT(message("weight_prun:zeros=0.5"), HasSubstr("did you mean weight_prune?"));
  EXPECT_THAT(message("weight_prune:zero=0.5"), HasSubstr("needs the parameter 'zeros'"));
  EXPECT_THAT(message("weight_prune:zeros=0.5:al=1"), HasSubstr("did you mean all?"));
  EXPECT_THAT(message("weight_prune:zeros=1.5"), HasSubstr("zeros: must be a share from 0 to 1"));
  EXPECT_THAT(message("weight_prune:zeros=-0.5"), HasSubstr("zeros: must be a share from 0 to 1"));
  EXPECT_THAT(message("weight_prune:zeros=half"), HasSubstr("'half' is not a number"));
  EXPECT_THAT(message("weight_prune:zeros=0.5:all=yes"), HasSubstr("all: must be 0 or 1"));
  EXPECT_THAT(message("none:epochs=-1"), HasSubstr("epochs: must be 0 to 10000"));
}

TEST(Techniques, EveryRowIsFoundAndTakesTraining) {
  for (const Technique* row : techniques()) {
    EXPECT_EQ(find_technique(row->name), row);
    EXPECT_EQ(parameter_of(*row, {row->name, {}}, "epochs"), "0");
    EXPECT_EQ(parameter_of(*row, {row->name, {}}, "teacher"), "none");
    EXPECT_EQ(parameter_of(*row, {row->name, {{"epochs", "4"}}}, "epochs"), "4");
  }
  EXPECT_EQ(find_technique("magic"), nullptr);
}

TEST_F(Pruning, QuantiseRoundsWhatLayersRead) {
  const auto to = [&](const char* type) -> Result<Graph> {
    auto result = compress(graph_, std::vector<Choice>{parse_choice(type).value()});
    if (!result) return tl::unexpected(result.error());
    return std::move(result->graph);
  };
  for (const DType type : {DType::bf16, DType::f16}) {
    const auto graph = to(("quantise:type=" + std::string(name_of(type))).c_str());
    ASSERT_TRUE(graph) << graph.error().message();
    EXPECT_TRUE(validate(*graph));
    int layers = 0;
    for (const Node& node : graph->nodes) {
      const std::string_view op = node.op->name;
      if (op != "Conv" && op != "Gemm") continue;
      ++layers;
      EXPECT_EQ(graph->value(node.inputs[0]).type, type) << node.name;
      EXPECT_EQ(graph->value(node.inputs[1]).type, DType::f32)
          << "weights stay until they are planned";
    }
    EXPECT_EQ(layers, 4);
    for (const auto* ids : {&graph->inputs, &graph->outputs})
      for (ValueId id : *ids) EXPECT_EQ(graph->value(id).type, DType::f32);
  }
  EXPECT_THAT(to("quantise:type=int8").error().message(),
              HasSubstr("calibration needs images: give --data"));
  EXPECT_TRUE(to("quantise:type=int8").error().refused);
  EXPECT_THAT(to("quantise:type=f32").error().message(), HasSubstr("f32"));
}

TEST_F(Pruning, QuantiseLeavesLayersThatF16CannotHold) {
  Graph large = graph_;
  for (Node& node : large.nodes) {
    if (std::string_view(node.op->name) != "Gemm") continue;
    Tensor weights = large.value(node.inputs[1]).constant;
    weights.edit<float>()[0] = 7e4f;
    large.value(node.inputs[1]).constant = weights;
  }
  const auto made = compress(large, std::vector<Choice>{*parse_choice("quantise:type=f16")});
  ASSERT_TRUE(made) << made.error().message();
  for (const Node& node : made->graph.nodes) {
    const std::string_view op = node.op->name;
    const DType wanted = op == "Gemm" ? DType::f32 : DType::f16;
    if (op == "Conv" || op == "Gemm") {
      EXPECT_EQ(made->graph.value(node.inputs[0]).type, wanted) << node.name;
    }
  }
}

}  // namespace
}  // namespace dlis
