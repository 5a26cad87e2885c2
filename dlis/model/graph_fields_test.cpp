// Tests that a graph written as fields is read as what it was, and that bytes cut off are noticed.
#include "dlis/model/graph_fields.h"

#include <gtest/gtest.h>

namespace dlis {
namespace {

std::string written(Graph graph) {
  FieldWriter fields;
  pass(fields, graph);
  return fields.take();
}

Graph everything() {
  Graph graph;
  graph.name = "all";
  graph.batch_symbol = "n";
  graph.metadata["mean"] = "1 2 3";
  graph.inputs = {graph.add_value({.name = "x", .shape = Shape{1, 3, 4, 4}, .quant = {}})};
  const float weights[] = {1, -0.0f, 3};
  graph.add_constant("w", Tensor::of<float>({3, 1, 1, 1}, weights));
  graph.add_constant("none", Tensor(DType::i64, {0}));
  const Value bytes{.name = "y", .type = DType::u8, .quant = Quant{DType::u8, {0.5f}, {3}, -1}};
  graph.outputs = {graph.add_value(bytes)};
  Node node{find_operator("Conv"), "conv", {}, {0, 1, kNoValue}, graph.outputs};
  node.attributes.set("group", std::int64_t(3));
  node.attributes.set("alpha", 0.25f);
  node.attributes.set("mode", std::string("linear"));
  node.attributes.set("pads", Ints{1, -2});
  node.attributes.set("scales", Floats{1, 2});
  node.attributes.set("names", Strings{"a", ""});
  graph.nodes.push_back(node);
  return graph;
}

TEST(GraphFields, AreReadAsTheyWereWritten) {
  const Graph graph = everything();
  const std::string bytes = written(graph);
  FieldReader fields(bytes);
  Graph again;
  pass(fields, again);
  ASSERT_TRUE(fields.is_whole());
  EXPECT_EQ(written(again), bytes);
  EXPECT_EQ(again.nodes[0].op, graph.nodes[0].op);
  EXPECT_EQ(again.nodes[0].attributes, graph.nodes[0].attributes);
  EXPECT_EQ(again.values[3].quant, graph.values[3].quant);
  EXPECT_EQ(again.values[1].constant.as<float>()[2], 3);
  EXPECT_TRUE(again.values[2].constant.has_value());
  EXPECT_FALSE(again.values[3].constant.has_value() || again.values[3].shape);
}

TEST(GraphFields, CutOrChangedAnywhereTheyAreNotWholeOrAnotherGraph) {
  const std::string bytes = written(everything());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    FieldReader fields(std::string_view(bytes).substr(0, size));
    Graph again;
    pass(fields, again);
    EXPECT_FALSE(fields.is_whole()) << size;
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string changed = bytes;
    changed[at] = char(changed[at] ^ 0x80);
    FieldReader fields(changed);
    Graph again;
    pass(fields, again);
    EXPECT_FALSE(fields.is_whole() && written(again) == bytes) << at;
  }
}

}  // namespace
}  // namespace dlis
