// Graphs: validity, shapes from inputs, batches, and the sums that describe a network.
#include "dlis/model/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "dlis/model/op.h"

namespace dlis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Build {
  Graph graph;

  ValueId input(const std::string& name, const Shape& shape) {
    graph.inputs.push_back(graph.add_value({.name = name, .shape = shape}));
    return graph.inputs.back();
  }
  ValueId weight(const Shape& shape) { return graph.add_constant("w", Tensor(DType::f32, shape)); }
  ValueId node(const char* op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    const ValueId out = graph.add_value({.name = std::string(op) + "_out"});
    Node made{find_operator(op), op, std::move(attributes), std::move(inputs), {out}};
    ImportNode in{graph, 17, made, {}, {}};
    const Status imported = import_node(in);
    EXPECT_TRUE(imported) << imported.error().message();
    graph.nodes.push_back(std::move(made));
    return out;
  }
};

// conv -> batch norm -> flatten by Reshape(1, -1) -> dense layer
Graph small_network() {
  Build b;
  const ValueId x = b.input("x", {1, 3, 6, 6});
  ValueId y = b.node("Conv", {x, b.weight({4, 3, 3, 3}), b.weight({4})});
  y = b.node("BatchNormalization", {y, b.weight({4}), b.weight({4}), b.weight({4}), b.weight({4})});
  const Ints shape{1, -1};
  y = b.node("Reshape", {y, b.graph.add_constant("shape", Tensor::ints(shape))});
  y = b.node("Gemm", {y, b.weight({64, 10})});
  b.graph.outputs.push_back(y);
  const Status status = infer_shapes(b.graph);
  EXPECT_TRUE(status) << status.error().message();
  return b.graph;
}

std::string invalid(const Graph& graph) {
  const Status status = validate(graph);
  return status ? "valid" : status.error().message();
}

TEST(Graph, DescribesItself) {
  const Graph graph = small_network();
  EXPECT_EQ(invalid(graph), "valid");
  EXPECT_EQ(macs_of(graph), 4 * 16 * 27 + 640);
  EXPECT_EQ(parameters_of(graph), 4 * 27 + 4 + 4 + 4 + 640);  // statistics are not trained
  EXPECT_EQ(macs_of(graph, graph.nodes[3]), 640);
}

TEST(Graph, CountsEndWhereTheirTypeDoes) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const Shape image{1, 1, 1 << 20, 1 << 20}, filter{1, 1, 1 << 19, 1 << 19};
  const Shape matrix{1 << 20, 1 << 20};
  Build conv;
  conv.node("Conv", {conv.input("x", image), conv.input("w", filter)});
  ASSERT_TRUE(infer_shapes(conv.graph));
  EXPECT_EQ(macs_of(conv.graph), kMost);
  Build products;
  for (int i = 0; i < 8; ++i)  // 2^60 each
    products.node("MatMul", {products.input("a", matrix), products.input("b", matrix)});
  ASSERT_TRUE(infer_shapes(products.graph));
  EXPECT_EQ(macs_of(products.graph), kMost);
}

TEST(Graph, AnotherBatchReachesTheOutputs) {
  const auto eight = with_batch(small_network(), 8);
  ASSERT_TRUE(eight) << eight.error().message();
  EXPECT_EQ(eight->value(eight->outputs[0]).shape, (Shape{8, 10}));
  EXPECT_EQ(invalid(*eight), "valid");
  EXPECT_FALSE(with_batch(small_network(), 0));
}

TEST(Graph, AnotherShapeIsInferredAnew) {
  EXPECT_THAT(with_input_shape(small_network(), "y", {1}).error().message(),
              HasSubstr("there is no input 'y'"));
  const auto odd = with_input_shape(small_network(), "x", {2, 3, 7, 6});
  ASSERT_FALSE(odd);
  EXPECT_THAT(odd.error().message(), HasSubstr("node 'Gemm' (Gemm): 2x80 times 64x10"));
}

TEST(Graph, ACopyIsItsOwn) {
  const Graph before = small_network();
  Graph after = before;
  const ValueId w = after.nodes[0].inputs[1];
  EXPECT_TRUE(after.value(w).constant.same_storage(before.value(w).constant));
  after.value(w).constant.edit<float>()[0] = 1;
  EXPECT_EQ(before.value(w).constant.as<float>()[0], 0);
}

TEST(Uses, AreCountedOncePerUse) {
  Build b;
  const ValueId x = b.input("x", {2});
  const ValueId y = b.node("Add", {x, x});
  b.graph.outputs = {y};
  const Uses uses(b.graph);
  EXPECT_THAT(uses.consumers[std::size_t(x)], ElementsAre(0, 0));
  EXPECT_EQ(uses.producer[std::size_t(y)], 0);
  EXPECT_EQ(uses.producer[std::size_t(x)], -1);
  EXPECT_TRUE(uses.is_output[std::size_t(y)]);
  EXPECT_FALSE(uses.is_output[std::size_t(x)]);
}

TEST(Validate, NamesWhatIsWrong) {
  const Graph good = small_network();
  Graph bad = good;
  std::swap(bad.nodes[0], bad.nodes[1]);
  EXPECT_THAT(invalid(bad), HasSubstr("reads value 'Conv_out' before anything makes it"));
  bad = good;
  bad.nodes[1].outputs = bad.nodes[0].outputs;
  EXPECT_THAT(invalid(bad), HasSubstr("makes value 'Conv_out' a second time"));
  bad = good;
  bad.nodes[0].inputs[0] = 1000;
  EXPECT_THAT(invalid(bad), HasSubstr("value 1000 does not exist"));
  bad = good;
  bad.nodes[2].op = nullptr;
  EXPECT_THAT(invalid(bad), HasSubstr("its operator is unknown"));
  bad = good;
  bad.value(bad.outputs[0]).shape = Shape{1, 11};
  EXPECT_THAT(invalid(bad), HasSubstr("is f32 1x11, but its rule gives f32 1x10"));
  bad = good;
  bad.value(bad.outputs[0]).shape.reset();
  EXPECT_THAT(invalid(bad), HasSubstr("its shape is not known"));
  bad = good;
  bad.nodes[0].outputs[0] = bad.inputs[0];
  EXPECT_THAT(invalid(bad), HasSubstr("makes value 'x' a second time"));
  bad = good;
  bad.outputs.push_back(bad.add_value({.name = "loose"}));
  EXPECT_THAT(invalid(bad), HasSubstr("value 'loose': nothing makes this graph output"));
}

}  // namespace
}  // namespace dlis
