// Tests which layers move into the Winograd domain, and which of their weights become zero.
#include <gmock/gmock.h>

#include <cmath>

#include "dlis/base/text.h"
#include "dlis/base/winograd.h"
#include "dlis/compress/test_network.h"
#include "dlis/compress/winograd_layers.h"

namespace dlis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Every kind of layer, and every way to a Relu.
//   first > r1 > bare > shared > rs > {one, skip} ; pool = MaxPool(relu(skip)) > pooled
Graph network() {
  TestNetwork n({1, 3, 24, 24});
  ValueId x = n.relu("r1", n.conv("first", n.input(), 6, {.kernel = 3}));
  x = n.conv("rectified", x, 8, {.kernel = 3, .bias = true});
  x = n.conv("bare", x, 8, {.kernel = 3});
  const ValueId rs = n.relu("rs", x);
  const ValueId one = n.conv("one", rs, 8, {.kernel = 3});
  const ValueId skip = n.conv("pointwise", rs, 8);
  x = n.relu("rp", n.conv("strided", skip, 8, {.kernel = 3, .stride = 2}));
  x = n.node("MaxPool", "pool", {x}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  x = n.conv("pooled", x, 8, {.kernel = 3});
  x = n.conv("grouped", n.relu("rg", x), 8, {.kernel = 1, .group = 2});
  const ValueId flat = n.node("GlobalAveragePool", "gap", {one});
  x = n.node("Add", "add", {n.node("GlobalAveragePool", "gap2", {x}), flat});
  return n.finish(n.dense("dense", n.flatten("flat", x), 4));
}

std::vector<std::string> layers(const Graph& graph, const char* op) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes)
    if (std::string_view(node.op->name) == op) names.push_back(node.name);
  return names;
}
const Node& layer(const Graph& graph, const std::string& name) {
  const auto found = std::ranges::find(graph.nodes, name, &Node::name);
  EXPECT_NE(found, graph.nodes.end()) << name;
  return *found;
}
const Tensor& weights(const Graph& graph, const std::string& name) {
  return graph.value(layer(graph, name).inputs[1]).constant;
}
// The node that makes the first input.
std::string source(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes)
    if (node.outputs[0] == layer(graph, name).inputs[0]) return node.name;
  return "input";
}
std::int64_t zeros(const Tensor& tensor) { return std::ranges::count(tensor.as<float>(), 0.0f); }

Result<Compressed> compressed(const std::string& chain, const Graph& graph = network()) {
  std::vector<Choice> choices;
  for (const auto part : split(chain, '+')) choices.push_back(parse_choice(part).value());
  return compress(graph, choices);
}
Graph pruned(const std::string& parameters) {
  auto made = compressed("winograd_prune:" + parameters);
  EXPECT_TRUE(made) << made.error().message();
  EXPECT_TRUE(validate(made->graph)) << validate(made->graph).error().message();
  return made->graph;
}

TEST(WinogradPrune, MovesLayersOfStrideOneBeyondTheFirst) {
  const Graph before = network(), after = pruned("zeros=0:m=4");
  EXPECT_THAT(layers(after, "WinogradConv"), ElementsAre("rectified", "bare", "one", "pooled"));
  EXPECT_THAT(layers(after, "Conv"), ElementsAre("first", "pointwise", "strided", "grouped"));
  EXPECT_EQ(layers(after, "Relu"), layers(before, "Relu"));
  for (const std::string& name : layers(after, "WinogradConv")) {
    const Node &was = layer(before, name), &is = layer(after, name);
    EXPECT_EQ(is.attributes.integer("m"), 4);
    EXPECT_EQ(is.attributes.integer("relu"), 0);
    EXPECT_EQ(is.attributes.ints("pads"), was.attributes.ints("pads", Ints(4)));
    ASSERT_EQ(is.inputs.size(), was.inputs.size());
    double u[36];
    const auto g = weights(before, name).as<float>();
    winograd_weights(*winograd_matrices(4), g.data() + 9, u);
    for (std::size_t f = 0; f < 36; ++f)
      EXPECT_EQ(weights(after, name).as<float>()[36 + f], float(u[f]));
  }
  EXPECT_EQ(weights(pruned("zeros=0:m=2"), "one").shape(), (Shape{8, 8, 4, 4}));
}

TEST(WinogradPrune, TakesTheReluThatNobodyElseNeeds) {
  const Graph after = pruned("zeros=0:relu=1");
  // rs has another reader; that of pooled lies in front of its MaxPool; bare has none.
  EXPECT_THAT(layers(after, "Relu"), ElementsAre("rs", "rg"));
  for (const auto& [name, relu, from] : {std::tuple("rectified", 1, "first"),
                                         {"bare", 0, "rectified"},
                                         {"one", 1, "bare"},
                                         {"pooled", 1, "pool"},
                                         {"pointwise", 0, "rs"},
                                         {"pool", 0, "strided"}}) {
    EXPECT_EQ(source(after, name), from) << name;
    EXPECT_EQ(layer(after, name).attributes.integer("relu"), relu) << name;
  }
}

TEST(WinogradPrune, AReluThatIsReadFromOutsideStays) {
  TestNetwork n({1, 3, 8, 8});
  ValueId x = n.relu("r1", n.conv("first", n.input(), 4, {.kernel = 3}));
  Graph graph = n.finish(n.conv("second", x, 4, {.kernel = 3}));
  graph.outputs.push_back(x);
  const Graph after = compressed("winograd_prune:zeros=0:relu=1", graph)->graph;
  EXPECT_THAT(layers(after, "Relu"), ElementsAre("r1"));
  EXPECT_EQ(source(after, "second"), "first");
  EXPECT_EQ(after.outputs.size(), 2u);
}

TEST(WinogradPrune, NotesSayWhatMovedAndWhatIsMissing) {
  EXPECT_THAT(compressed("winograd_prune:zeros=0")->notes,
              ElementsAre(HasSubstr("4 layers moved into the Winograd domain, 0 with")));
  EXPECT_THAT(compressed("winograd_prune:zeros=0:relu=1")->notes,
              testing::IsSupersetOf({HasSubstr("4 layers moved into the Winograd domain, 3 with"),
                                     HasSubstr("give epochs")}));
}

// The whole count is exact, so that a layer's may be rounded up where that of those before was not.
TEST(WinogradPrune, TheShareIsExactInEachLayer) {
  const Graph dense = pruned("zeros=0");
  for (const double share : {0.0, 0.1, 0.5, 0.75, 1.0}) {
    const Graph graph = pruned("scope=layer:zeros=" + std::to_string(share));
    std::int64_t all = 0, gone = 0;
    for (const std::string& name : layers(graph, "WinogradConv")) {
      const Tensor& w = weights(graph, name);
      EXPECT_NEAR(double(zeros(w)), share * double(w.elements()), 0.999) << name;
      all += w.elements(), gone += zeros(w);
    }
    EXPECT_EQ(gone, std::llround(share * double(all)));
    for (const std::string& name : layers(graph, "Conv")) EXPECT_EQ(zeros(weights(graph, name)), 0);
    EXPECT_EQ(zeros(weights(graph, "dense")), 0);
  }
}

// The oracle: no weight that went would change an output by more than one of its layer that stayed.
TEST(WinogradPrune, TheLeastImportantGo) {
  const Graph dense = pruned("zeros=0");
  for (const char* importance : {"0", "1"}) {
    const Graph graph = pruned(std::string("zeros=0.4:importance=") + importance);
    const std::vector<double> energy = winograd_energy(*winograd_matrices(4));
    for (const std::string& name : layers(graph, "WinogradConv")) {
      const auto was = weights(dense, name).as<float>(), is = weights(graph, name).as<float>();
      double largest_gone = 0, smallest_kept = 1e9;
      for (std::size_t i = 0; i < is.size(); ++i) {
        const double factor = *importance == '1' ? std::sqrt(energy[i % 36]) : 1;
        const double size = std::abs(double(was[i])) * factor;
        if (is[i] == 0)
          largest_gone = std::max(largest_gone, size);
        else
          smallest_kept = std::min(smallest_kept, size);
      }
      EXPECT_LE(largest_gone, smallest_kept * (1 + 1e-6)) << name;
    }
  }
}

TEST(WinogradPrune, SixteenOutputsOfAFrequencyGoTogether) {
  TestNetwork n({1, 3, 8, 8});
  ValueId x = n.conv("first", n.input(), 4, {.kernel = 3});
  const Graph graph = n.finish(n.conv("wide", x, 40, {.kernel = 3}));
  const Tensor w =
      weights(compressed("winograd_prune:zeros=0.5:granularity=block1x16", graph)->graph, "wide");
  const std::size_t inner = 4 * 36;
  std::int64_t gone = 0;
  for (std::size_t at = 0; at < inner; ++at)
    for (const auto& [from, to] :
         {std::pair<std::size_t, std::size_t>(0, 16), {16, 32}, {32, 40}}) {
      std::size_t in_block = 0;
      for (std::size_t k = from; k < to; ++k) in_block += w.as<float>()[k * inner + at] == 0;
      ASSERT_TRUE(in_block == 0 || in_block == to - from);
      gone += std::int64_t(in_block);
    }
  EXPECT_GE(gone, w.elements() / 2);
  EXPECT_LT(gone, w.elements() / 2 + 16);
}

TEST(WinogradPrune, MoreZerosHoldThoseOfFewer) {
  for (const char* scope : {"layer", "global"}) {
    const Graph graph = pruned(std::string("zeros=0.3:scope=") + scope);
    const Graph more = pruned(std::string("zeros=0.6:scope=") + scope);
    for (const std::string& name : layers(graph, "WinogradConv")) {
      const auto few = weights(graph, name).as<float>(), many = weights(more, name).as<float>();
      for (std::size_t i = 0; i < few.size(); ++i)
        if (few[i] == 0) {
          EXPECT_EQ(many[i], 0) << name;
        }
    }
  }
}

TEST(WinogradPrune, KeptLayersStayConvolutions) {
  EXPECT_THAT(layers(pruned("zeros=0.5:keep=^[ob]"), "WinogradConv"),
              ElementsAre("rectified", "pooled"));
}

// A second one goes on with what the first moved.
TEST(WinogradPrune, ChainsWithOthers) {
  const auto twice =
      compressed("winograd_prune:zeros=0.2:m=2:relu=1+winograd_prune:scope=layer:zeros=0.5:m=4");
  ASSERT_TRUE(twice) << twice.error().message();
  for (const std::string& name : layers(twice->graph, "WinogradConv")) {
    EXPECT_EQ(layer(twice->graph, name).attributes.integer("m"), 2);
    EXPECT_NEAR(double(zeros(weights(twice->graph, name))),
                double(weights(twice->graph, name).elements()) / 2, 0.51);
  }
  const auto before = compressed("weight_prune:zeros=0.3+winograd_prune:zeros=0.5");
  ASSERT_TRUE(before) << before.error().message();
  const auto after = compressed("winograd_prune:zeros=0.5+weight_prune:zeros=0.6");
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_NEAR(density_of(after->graph), 0.4, 1e-3);
}

TEST(WinogradPrune, FiltersOfZerosAreZeroAtEveryFrequency) {
  TestNetwork n({1, 3, 8, 8});
  ValueId x = n.conv("first", n.input(), 4, {.kernel = 3});
  const Graph graph = n.finish(n.conv("wide", x, 32, {.kernel = 3}));
  const auto made =
      compressed("weight_prune:granularity=kernel1x16:zeros=0.4+winograd_prune:zeros=0", graph);
  ASSERT_TRUE(made) << made.error().message();
  const auto w = weights(made->graph, "wide").as<float>();
  EXPECT_GE(zeros(weights(made->graph, "wide")), 36 * 16);
  for (std::size_t i = 0; i < w.size(); ++i) EXPECT_EQ(w[i] == 0, w[i / 36 * 36] == 0);
}

TEST(WinogradPrune, RefusesNetworksWithoutSuchLayers) {
  TestNetwork n({1, 3, 8, 8});
  const Graph graph = n.finish(n.conv("second", n.conv("first", n.input(), 4, {.kernel = 3}), 4));
  const auto made = compressed("winograd_prune:zeros=0.5", graph);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().refused);
  EXPECT_THAT(made.error().message(), HasSubstr("no layer can move into the Winograd domain"));
  EXPECT_THAT(compressed("winograd_prune:zeros=0.5:keep=.").error().message(),
              HasSubstr("or all are kept"));
}

// A filter of equal values v has a frequency of 9 / 4 v for m=2.
TEST(WinogradPrune, FiltersWhoseTransformOverflowsAreErrors) {
  TestNetwork n({1, 3, 8, 8});
  Graph graph = n.finish(n.conv("second", n.conv("first", n.input(), 4), 4, {.kernel = 3}));
  const auto with = [&](float value) {
    std::ranges::fill(graph.value(layer(graph, "second").inputs[1]).constant.edit<float>(), value);
    return compressed("winograd_prune:zeros=0.5:m=2", graph);
  };
  EXPECT_TRUE(with(1e38f));
  const auto made = with(3e38f);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message(),
              AllOf(HasSubstr("second"), HasSubstr("too large for the Winograd domain of m=2")));
}

TEST(WinogradPrune, LayersThatWereThereKeepTheirM) {
  const auto made = compressed("winograd_prune:zeros=0.5:m=2+winograd_prune:zeros=0.8:m=4");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->notes, testing::Contains(HasSubstr("4 layers were in the Winograd domain")));
  EXPECT_EQ(weights(made->graph, "bare").shape()[2], 4);
}

TEST(WinogradPrune, WrongParametersAreErrors) {
  const auto message = [](const char* parameters) {
    const auto made = compressed(std::string("winograd_prune:") + parameters);
    return made ? "no error" : made.error().message();
  };
  EXPECT_THAT(message("m=4"), HasSubstr("needs the parameter 'zeros'"));
  EXPECT_THAT(message("zeros=1.2"), HasSubstr("zeros: must be a share from 0 to 1"));
  EXPECT_THAT(message("zeros=0.5:m=6"), HasSubstr("m: must be 2 or 4"));
  EXPECT_THAT(message("zeros=0.5:relu=yes"), HasSubstr("relu: must be 0 or 1"));
  EXPECT_THAT(message("zeros=0.5:importance=2"), HasSubstr("importance: must be 0 or 1"));
  EXPECT_THAT(message("zeros=0.5:granularity=2of4"), HasSubstr("must be element or block1x16"));
  EXPECT_THAT(message("zeros=0.5:scope=each"), HasSubstr("scope: must be global or layer"));
  EXPECT_THAT(message("zeros=0.5:wait=0.6"), HasSubstr("at most 1 together with ramp"));
  EXPECT_THAT(message("zeros=0.5:steps=-1"), HasSubstr("steps: must be at least 1, or 0"));
  EXPECT_THAT(message("zeros=0.5:teacher=dense"), HasSubstr("in retraining only"));
}

}  // namespace
}  // namespace dlis
