// What all operators have in common: names, refusals, folding, export, costs.
#include <gmock/gmock.h>

#include "dlis/model/ops_trial.h"

namespace dlis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Operators, NamesAreUnique) {
  std::set<std::string> names;
  for (const Operator* op : operators()) {
    EXPECT_TRUE(names.insert(op->name).second) << op->name;
    EXPECT_EQ(find_operator(op->name), op);
    EXPECT_LE(op->min_inputs, op->max_inputs);
  }
  EXPECT_EQ(find_operator("Nonsense"), nullptr);
}

TEST(Operators, RefuseWhatTheyDoNotKnow) {
  EXPECT_THAT(refusal({.op = "Relu", .attributes = with({{"slope", 1.0f}}), .shapes = {{1}}}),
              HasSubstr("node 'it' (Relu): attribute 'slope' is not known"));
  EXPECT_THAT(refusal({.op = "Relu", .shapes = {{1}, {1}}}), HasSubstr("at most 1"));
  EXPECT_THAT(refusal({.op = "Add", .shapes = {{1}}}), HasSubstr("at least 2"));
  EXPECT_THAT(refusal({.op = "Add", .shapes = {{1}}, .constants = {{1, kAbsent}}}),
              HasSubstr("at least 2"));
  EXPECT_THAT(refusal({.op = "Reshape", .shapes = {{4}, {1}}}),
              HasSubstr("input 1 ('b') is a setting and has to be a constant"));
}

// A .dlis file has nodes that no import has seen.
std::string refused_by_inference(const char* op, const std::vector<Shape>& inputs,
                                 Attributes attributes) {
  Graph graph;
  Node node{find_operator(op), "it", std::move(attributes), {}, {}};
  for (const Shape& shape : inputs)
    node.inputs.push_back(graph.add_value({.name = "x", .shape = shape}));
  node.outputs = {graph.add_value({.name = "y"})};
  const Status status = infer_node(graph, node);
  return status ? "accepted" : status.error().message();
}

TEST(Operators, InferenceChecksWhatKernelsRelyOn) {
  for (const std::int64_t size : {-100, 0, 1 << 21})
    EXPECT_THAT(refused_by_inference("LRN", {{1, 3, 2, 2}}, with({{"size", size}})),
                HasSubstr("its size has to be"));
  EXPECT_THAT(refused_by_inference("ConstantOfShape", {{2}}, with({{"shape", Ints{1000}}})),
              HasSubstr("at most 0 axes"));
  for (const std::int64_t m : {-2, 0, 3, 5, 8})
    EXPECT_THAT(refused_by_inference("WinogradConv", {{1, 1, 9, 9}, {1, 1, m + 2, m + 2}},
                                     with({{"m", m}})),
                HasSubstr("its m is not 2, 4 or 6"));
}

TEST(Fold, Constants) {
  EXPECT_THAT(
      integers(folded({.op = "Constant", .attributes = with({{"value_ints", Ints{4, 5}}})})),
      ElementsAre(4, 5));
  EXPECT_EQ(folded({.op = "Constant", .attributes = with({{"value_float", 2.0f}})}).shape().rank(),
            0);
  EXPECT_THAT(integers(folded({.op = "ConstantOfShape",
                               .constants = {{0, i64s({3})}},
                               .tensors = {{"value", i64s({7})}}})),
              ElementsAre(7, 7, 7));
  EXPECT_THAT(
      integers(folded({.op = "Shape",
                       .attributes = with({{"start", std::int64_t(-3)}, {"end", std::int64_t(-1)}}),
                       .shapes = {{2, 3, 4, 5}}})),
      ElementsAre(3, 4));
  EXPECT_THAT(
      integers(folded({.op = "Gather", .constants = {{0, i64s({5, 6, 7})}, {1, i64s({-1, 0})}}})),
      ElementsAre(7, 5));
  const Tensor table = f32s({1, 2, 3, 4, 5, 6}).reshaped({2, 3});
  EXPECT_THAT(reals(folded({.op = "Gather",
                            .attributes = with({{"axis", std::int64_t(1)}}),
                            .constants = {{0, table}, {1, i64s({2}).reshaped({})}}})),
              ElementsAre(3, 6));
  EXPECT_FALSE(fold({.op = "Gather", .constants = {{0, table}, {1, i64s({2})}}}));
  EXPECT_THAT(integers(folded({.op = "Cast",
                               .attributes = with({{"to", std::int64_t(7)}}),
                               .constants = {{0, f32s({1.9f, -1.9f})}}})),
              ElementsAre(1, -1));
  EXPECT_THAT(integers(folded({.op = "Cast",
                               .attributes = with({{"to", std::int64_t(9)}}),
                               .constants = {{0, f32s({0, 0.5f})}}})),
              ElementsAre(0, 1));
  EXPECT_THAT(integers(folded(
                  {.op = "Range", .constants = {{0, i64s({7})}, {1, i64s({0})}, {2, i64s({-3})}}})),
              ElementsAre(7, 4, 1));
  const Tensor same = folded({.op = "Equal", .constants = {{0, i64s({1, 2})}, {1, i64s({1, 3})}}});
  EXPECT_THAT(integers(same), ElementsAre(1, 0));
  EXPECT_THAT(
      integers(folded({.op = "Where", .constants = {{0, same}, {1, i64s({8})}, {2, i64s({9})}}})),
      ElementsAre(8, 9));
  EXPECT_THAT(reals(folded({.op = "Transpose", .constants = {{0, table}}})),
              ElementsAre(1, 4, 2, 5, 3, 6));
}

// A constant that nobody could hold is not computed.
TEST(Fold, LeavesWhatIsTooLarge) {
  const auto outputs =
      fold({.op = "ConstantOfShape", .constants = {{0, i64s({1 << 20, 1 << 15})}}});
  ASSERT_TRUE(outputs);
  EXPECT_FALSE((*outputs)[0].has_value());
  EXPECT_THAT(refusal({.op = "ConstantOfShape", .constants = {{0, i64s({1 << 30, 1 << 30})}}}),
              HasSubstr("which cannot be"));
}

// What export writes at opset 17, read again, is the same node.
TEST(Export, RoundTrips) {
  const std::vector<NodeTrial> trials{
      {.op = "Clip", .shapes = {{3}}, .constants = {{1, kAbsent}, {2, Tensor::scalar(6)}}},
      {.op = "Clip", .shapes = {{3}}},
      {.op = "ReduceSum", .shapes = {{3, 4}}, .constants = {{1, i64s({1})}}},
      {.op = "ReduceMean", .attributes = with({{"axes", Ints{1}}}), .shapes = {{3, 4}}},
      {.op = "Split", .shapes = {{3, 4}}, .constants = {{1, i64s({1, 2})}}, .outputs = 2},
      {.op = "Slice", .shapes = {{3, 4}}, .constants = {{1, i64s({1})}, {2, i64s({2})}}},
      {.op = "Reshape", .shapes = {{3, 4}}, .constants = {{1, i64s({0, -1})}}},
      {.op = "Expand", .shapes = {{3, 1}}, .constants = {{1, i64s({3, 4})}}},
      {.op = "Squeeze", .shapes = {{3, 1}}, .constants = {{1, i64s({1})}}},
      {.op = "Squeeze", .shapes = {{3, 1}}},
      {.op = "Unsqueeze", .shapes = {{3, 1}}, .constants = {{1, i64s({1})}}},
      {.op = "Pad", .shapes = {{3}}, .constants = {{1, i64s({1, 2})}, {2, Tensor::scalar(1)}}},
      {.op = "Dropout", .shapes = {{3}}, .constants = {{1, Tensor::scalar(0.25f)}}},
      {.op = "Softmax", .shapes = {{3, 4}}},
      {.op = "Resize",
       .shapes = {{1, 1, 4, 4}},
       .constants = {{1, kAbsent}, {2, f32s({1, 1, 2, 2})}}},
      {.op = "Conv", .shapes = {{1, 3, 8, 8}, {4, 3, 3, 3}}},
      {.op = "MaxPool",
       .attributes = with({{"kernel_shape", Ints{2, 2}}}),
       .shapes = {{1, 3, 8, 8}}},
  };
  for (const NodeTrial& trial : trials) {
    const auto graph = make(trial);
    ASSERT_TRUE(graph) << trial.op << ": " << graph.error().message();
    const auto out = export_node(*graph, graph->nodes.back());
    ASSERT_TRUE(out) << trial.op << ": " << out.error().message();
    NodeTrial again{.op = trial.op, .attributes = out->node.attributes, .outputs = trial.outputs};
    for (std::size_t i = 0; i < out->node.inputs.size(); ++i) {
      const ValueId id = out->node.inputs[i];
      if (id >= 0)
        again.shapes.push_back(*graph->value(id).shape);
      else
        again.constants[int(i)] =
            id == kNoValue ? Tensor() : out->added[std::size_t(kNoValue - id - 1)].second;
    }
    EXPECT_EQ(canonical(again), graph->nodes.back().attributes) << trial.op;
  }
}

TEST(Export, SaysWhatOpset17CannotSay) {
  const auto refused = [](const NodeTrial& trial) {
    const auto graph = make(trial);
    EXPECT_TRUE(graph) << trial.op;
    const auto out = export_node(*graph, graph->nodes.back());
    return out ? "written" : out.error().message();
  };
  EXPECT_THAT(
      refused({.op = "AveragePool",
               .opset = 19,
               .attributes = with({{"kernel_shape", Ints{2, 2}}, {"dilations", Ints{2, 2}}}),
               .shapes = {{1, 1, 8, 8}}}),
      HasSubstr("dilations, which opset 17 does not know"));
  EXPECT_THAT(refused({.op = "Softmax", .opset = 11, .shapes = {{2, 3, 4}}}),
              HasSubstr("several axes at once"));
}

TEST(Costs, MultiplyAdds) {
  const auto macs = [](const NodeTrial& trial) {
    const auto graph = make(trial);
    return graph ? macs_of(*graph) : -1;
  };
  EXPECT_EQ(macs({.op = "Conv",
                  .attributes = with({{"group", std::int64_t(2)}}),
                  .shapes = {{2, 4, 5, 5}, {6, 2, 3, 3}}}),
            2 * 6 * 3 * 3 * 2 * 9);
  EXPECT_EQ(macs({.op = "ConvTranspose", .shapes = {{1, 4, 3, 5}, {4, 6, 3, 3}}}), 4 * 15 * 6 * 9);
  EXPECT_EQ(macs({.op = "Gemm", .shapes = {{2, 3}, {3, 5}}}), 30);
  EXPECT_EQ(macs({.op = "MatMul", .shapes = {{2, 7, 3}, {3, 5}}}), 210);
  EXPECT_EQ(macs({.op = "Relu", .shapes = {{2, 3}}}), 0);
}

}  // namespace
}  // namespace dlis
