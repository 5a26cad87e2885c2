// What passes put together: residuals and activations into layers, the nodes of a Gelu.
#include <gmock/gmock.h>

#include <limits>

#include "dlis/model/passes.h"
#include "dlis/model/passes/small_graph.h"

namespace dlis {
namespace {

using testing::ElementsAre;

TEST(FuseEnds, ResidualAndActivation) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId a = s.node("Relu", {s.conv(x, {1, 2, 3, 4}, {1, 2})});
  const ValueId b = s.conv(a, {1, 2, 3, 4});
  const Graph graph = fuse_ends(s.done({s.node("Relu", {s.node("Add", {b, x})})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Conv", "Conv"));
  EXPECT_EQ(graph.nodes[0].attributes.text("activation"), "relu");
  EXPECT_EQ(graph.nodes[0].inputs.size(), 3u);
  ASSERT_EQ(graph.nodes[1].inputs.size(), 4u);
  EXPECT_EQ(graph.nodes[1].inputs[2], kNoValue);
  EXPECT_EQ(graph.nodes[1].inputs[3], graph.inputs[0]);
  EXPECT_EQ(graph.nodes[1].attributes.text("activation"), "relu");
  EXPECT_EQ(graph.nodes[1].outputs[0], graph.outputs[0]);
}

TEST(FuseEnds, WinogradConvTakesBoth) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId a = s.node("Relu", {s.winograd(x, {1, 2, 3, 4}, {1, 2})});
  const ValueId b = s.winograd(a, {1, 2, 3, 4}, {}, 1);
  const Graph graph = fuse_ends(s.done({s.node("LeakyRelu", {s.node("Add", {x, b})})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("WinogradConv", "WinogradConv"));
  EXPECT_EQ(graph.nodes[0].attributes.text("activation"), "relu");
  ASSERT_EQ(graph.nodes[1].inputs.size(), 4u);
  EXPECT_EQ(graph.nodes[1].inputs[2], kNoValue);
  EXPECT_EQ(graph.nodes[1].inputs[3], graph.inputs[0]);
  EXPECT_EQ(graph.nodes[1].attributes.text("activation"), "leaky_relu");
  EXPECT_EQ(graph.nodes[1].attributes.integer("relu"), 1);
}

// The shortcut is computed after the convolution that takes it: the convolution has to move.
TEST(FuseEnds, KeepsTopologicalOrder) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId main = s.conv(x, {1, 2, 3, 4});
  const ValueId shortcut = s.conv(s.node("Tanh", {x}), {4, 3, 2, 1});
  const ValueId y = s.node("Relu", {s.node("Add", {main, shortcut})});
  const Graph graph = fuse_ends(s.done({s.conv(y, {1, 1, 1, 1})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Tanh", "Conv", "Conv", "Conv"));
  EXPECT_EQ(graph.nodes[2].inputs.at(3), graph.nodes[1].outputs[0]);
  EXPECT_FALSE(graph.nodes[1].attributes.has("activation"));
}

TEST(FuseEnds, NotWhereTheResidualIsItsOwnOutputOrBroadcasts) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3}), row = s.input("row", {1, 2, 1, 3});
  const ValueId a = s.conv(x, {1, 2, 3, 4});
  const ValueId twice = s.node("Add", {a, a});
  const ValueId y = s.node("Add", {s.conv(twice, {1, 2, 3, 4}), row});
  const Graph graph = fuse_ends(s.done({y}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Conv", "Add", "Conv", "Add"));
}

TEST(FuseEnds, NotWhereOthersReadTheConv) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId a = s.conv(x, {1, 2, 3, 4}), b = s.conv(x, {1, 2, 3, 4});
  const Graph graph =
      fuse_ends(s.done({s.node("Relu", {a}), s.node("Tanh", {a}), s.node("Relu", {b}), b}));
  expect_valid(graph);
  EXPECT_EQ(graph.nodes.size(), 5u);
}

TEST(FuseEnds, OneResidualOnly) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const ValueId sum = s.node("Add", {s.conv(x, {1, 2, 3, 4}), x});
  const Graph graph = fuse_ends(s.done({s.node("Relu", {s.node("Add", {sum, x})})}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Conv", "Add", "Relu"));
}

// However it is multiplied, and with whatever digits.
TEST(FuseGelu, OfAllOrders) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  const auto number = [&](float value) { return s.constant({}, {value}); };
  const auto bell = [&](ValueId v) {
    const ValueId inner = s.node("Div", {v, number(1.4142135f)});
    return s.node("Add", {s.node("Erf", {inner}), number(1)});
  };
  ValueId y = s.node("Mul", {s.node("Mul", {x, bell(x)}), number(0.5f)});
  y = s.node("Mul", {y, s.node("Mul", {number(0.5f), bell(y)})});
  y = s.node("Mul", {bell(y), s.node("Mul", {y, number(0.5f)})});
  const ValueId scaled = s.node("Mul", {number(0.70711f), y});
  const ValueId last = s.node("Add", {number(1), s.node("Erf", {scaled})});
  const Graph graph = fuse_gelu(s.done({s.node("Mul", {s.node("Div", {y, number(2)}), last})}));
  expect_valid(graph);
  EXPECT_THAT(ops(graph), ElementsAre("Gelu", "Gelu", "Gelu", "Gelu"));
}

TEST(FuseGelu, NothingElse) {
  for (const float more : {1.0f, 2.0f})
    for (const float factor : {0.5f, 1.0f})
      for (const float root : {1.4142135f, 1.5f})
        for (const bool of_x : {true, false}) {
          Small s;
          const ValueId x = s.input("x", {1, 2, 3, 3}), z = s.input("z", {1, 2, 3, 3});
          const auto number = [&](float value) { return s.constant({}, {value}); };
          const ValueId erf = s.node("Erf", {s.node("Div", {x, number(root)})});
          const ValueId product = s.node("Mul", {of_x ? x : z, s.node("Add", {erf, number(more)})});
          const Graph graph = fuse_gelu(s.done({s.node("Mul", {product, number(factor)})}));
          expect_valid(graph);
          const bool is_one = more == 1 && factor == 0.5f && root < 1.5f && of_x;
          EXPECT_EQ(ops(graph).size(), is_one ? 1u : 5u);
        }
}

TEST(FuseEnds, EveryActivation) {
  Small s;
  const ValueId x = s.input("x", {1, 2, 3, 3});
  ValueId y = x;
  const auto conv = [&] { return s.conv(y, {1, 2, 3, 4}); };
  const auto number = [&](float value) { return s.constant({}, {value}); };
  y = s.node("Clip", {conv(), number(0), number(6)});
  y = s.node("Clip", {conv(), number(0)});
  y = s.node("Clip", {conv(), number(-1), number(1)});
  y = s.node("LeakyRelu", {conv()}, with("alpha", 0.25f));
  y = s.node("HardSwish", {conv()});
  y = s.node("HardSigmoid", {conv()});
  y = s.node("Sigmoid", {conv()});
  y = s.node("Tanh", {conv()});
  const Graph graph = fuse_ends(s.done({y}));
  expect_valid(graph);
  ASSERT_EQ(graph.nodes.size(), 9u);
  std::vector<std::string> found;
  std::vector<float> a, b;
  for (const Node& node : graph.nodes) {
    found.push_back(node.attributes.text("activation"));
    a.push_back(node.attributes.real("activation_a"));
    b.push_back(node.attributes.real("activation_b"));
  }
  EXPECT_THAT(found, ElementsAre("clip", "relu", "clip", "leaky_relu", "hardswish", "hardsigmoid",
                                 "sigmoid", "", ""));
  EXPECT_THAT(a, ElementsAre(0, 0, -1, 0.25f, 0, 0.2f, 0, 0, 0));
  EXPECT_THAT(b, ElementsAre(6, 0, 1, 0, 0, 0.5f, 0, 0, 0));
}

TEST(FuseEnds, GemmTakesActivationsOnly) {
  Small s;
  const ValueId x = s.input("x", {1, 2});
  const ValueId w = s.constant({2, 2}, {1, 2, 3, 4});
  const ValueId y = s.node("Relu", {s.node("Gemm", {x, w})});
  const Graph graph = fuse_ends(s.done({s.node("Add", {s.node("Gemm", {y, w}), x})}));
  expect_valid(graph);
  ASSERT_THAT(ops(graph), ElementsAre("Gemm", "Gemm", "Add"));
  EXPECT_EQ(graph.nodes[0].attributes.text("activation"), "relu");
}

}  // namespace
}  // namespace dlis
