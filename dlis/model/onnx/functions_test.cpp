// WinogradConv in files: a function for each m and relu, names and attributes there and back.
#include "dlis/model/onnx/test_models.h"

namespace dlis {
namespace {

using test::error_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

void set_integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

// x (n x 3 x 7 x 5) -> `op` with 4 channels and weights of a x a -> y
onnx::ModelProto winograd_model(const std::string& op, std::int64_t a, bool bias = false) {
  onnx::ModelProto model = test::empty_model();
  auto* opset = model.add_opset_import();
  opset->set_domain("dlis");
  opset->set_version(1);
  test::add_info(*model.mutable_graph()->mutable_input(), "x", {"n", 3, 7, 5});
  test::add_weight(model, "w", test::ramp({4, 3, a, a}));
  if (bias) test::add_weight(model, "b", test::ramp({4}));
  auto& node = bias ? test::add_node(model, op, {"x", "w", "b"}, {"y"})
                    : test::add_node(model, op, {"x", "w"}, {"y"});
  node.set_domain("dlis");
  test::set_ints(node, "pads", {1, 0, 2, 1});
  test::add_info(*model.mutable_graph()->mutable_output(), "y", {"n", 4, 8, 4});
  return model;
}

onnx::NodeProto& layer_of(onnx::ModelProto& model) {
  return *model.mutable_graph()->mutable_node(0);
}

onnx::ModelProto written(const Graph& graph) {
  const auto bytes = serialise_onnx(graph);
  EXPECT_TRUE(bytes) << bytes.error().message();
  onnx::ModelProto model;
  EXPECT_TRUE(bytes && model.ParseFromString(*bytes));
  return model;
}

TEST(Functions, NamesSayMAndRelu) {
  for (const int m : {2, 4, 6})
    for (const bool relu : {false, true}) {
      const std::string name = "WinogradConvF" + std::to_string(m) + (relu ? "Relu" : "");
      const auto graph = test::parse(winograd_model(name, m + 2), {.batch = 2});
      ASSERT_TRUE(graph) << graph.error().message();
      const Node& node = graph->nodes.at(0);
      EXPECT_STREQ(node.op->name, "WinogradConv");
      EXPECT_EQ(node.attributes.integer("m"), m);
      EXPECT_EQ(node.attributes.integer("relu"), relu);
      EXPECT_EQ(graph->value(graph->outputs[0]).shape, (Shape{2, 4, 8, 4}));

      onnx::ModelProto named = winograd_model("WinogradConv", m + 2);
      set_integer(layer_of(named), "m", m);
      set_integer(layer_of(named), "relu", relu);
      const auto same = test::parse(named, {.batch = 2});
      ASSERT_TRUE(same) << same.error().message();
      test::expect_same(*graph, *same);
    }
}

TEST(Functions, WrittenAndReadIsTheSame) {
  for (const bool bias : {false, true})
    for (const char* name : {"WinogradConvF2", "WinogradConvF4Relu", "WinogradConvF6"}) {
      const std::int64_t a = name[13] - '0' + 2;
      const auto graph = test::parse(winograd_model(name, a, bias));
      ASSERT_TRUE(graph) << graph.error().message();
      onnx::ModelProto model = written(*graph);
      EXPECT_EQ(layer_of(model).op_type(), name);
      EXPECT_EQ(layer_of(model).input_size(), 3);
      EXPECT_EQ(layer_of(model).attribute_size(), 1);
      ASSERT_EQ(model.functions_size(), 1);
      EXPECT_EQ(model.functions(0).name(), name);
      EXPECT_THAT(model.functions(0).attribute(), ElementsAre("pads"));
      for (const auto& node : model.functions(0).node()) EXPECT_EQ(node.domain(), "");
      const auto back = test::parse(model);
      ASSERT_TRUE(back) << back.error().message();
      test::expect_same(*graph, *back);
    }
}

TEST(Functions, OneBodyForLayersOfAKind) {
  onnx::ModelProto model = winograd_model("WinogradConvF2", 4);
  for (const char* other : {"WinogradConvF2Relu", "WinogradConvF2"}) {
    auto& node = test::add_node(model, other, {"x", "w"}, {std::string("y_of_") + other});
    node.set_domain("dlis");
    test::add_info(*model.mutable_graph()->mutable_output(), node.output(0), {"n", 4, 5, 3});
  }
  const auto graph = test::parse(model);
  ASSERT_TRUE(graph) << graph.error().message();
  model = written(*graph);
  ASSERT_EQ(model.functions_size(), 2);
  EXPECT_EQ(model.functions(0).name(), "WinogradConvF2");
  EXPECT_EQ(model.functions(1).name(), "WinogradConvF2Relu");
}

// Zeros that somebody gave are a bias: training would change them.
TEST(Functions, OnlyZerosWrittenForNoBiasAreLeftOut) {
  onnx::ModelProto model = winograd_model("WinogradConvF2", 4, true);
  Tensor zeros = test::ramp({4});
  for (float& value : zeros.edit<float>()) value = 0;
  *model.mutable_graph()->mutable_initializer(1) = proto_of(zeros, "b");
  const auto graph = test::parse(model);
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_EQ(graph->nodes[0].inputs.size(), 3u);
  const auto back = test::parse(written(*graph));
  ASSERT_TRUE(back) << back.error().message();
  test::expect_same(*graph, *back);
}

TEST(Functions, AWrongMIsOneSentence) {
  for (const char* name : {"WinogradConvF3", "WinogradConvF0", "WinogradConvF999Relu"})
    EXPECT_THAT(error_of(test::parse(winograd_model(name, 5))),
                AllOf(HasSubstr("'make_y' (WinogradConv)"), HasSubstr("m is not 2, 4 or 6")));
  onnx::ModelProto model = winograd_model("WinogradConv", 4);
  EXPECT_THAT(error_of(test::parse(model)),
              AllOf(HasSubstr("'make_y'"), HasSubstr("no attribute m, which has to be 2, 4 or 6")));
  set_integer(layer_of(model), "m", (std::int64_t(1) << 32) + 2);
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("m is not 2, 4 or 6"));
  model = winograd_model("WinogradConvF2", 4);
  set_integer(layer_of(model), "m", 2);
  EXPECT_THAT(error_of(test::parse(model)),
              AllOf(HasSubstr("'make_y'"), HasSubstr("takes no attribute 'm'")));
}

TEST(Functions, AWrongReluOrOtherNamesAreRefused) {
  onnx::ModelProto model = winograd_model("WinogradConv", 4);
  set_integer(layer_of(model), "m", 2);
  set_integer(layer_of(model), "relu", 2);
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("relu is neither 0 nor 1"));
  for (const char* name :
       {"WinogradConvF", "WinogradConvF2relu", "WinogradConvF02", "WinogradConvF1234", "F2"})
    EXPECT_THAT(error_of(test::parse(winograd_model(name, 4))),
                AllOf(HasSubstr("not supported"), HasSubstr(std::string("dlis.") + name)));
  model = winograd_model("WinogradConvF2", 4);
  layer_of(model).clear_domain();
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("not supported: WinogradConvF2"));
}

// Another engine would run the body in the file.
TEST(Functions, OtherBodiesAreRefused) {
  const auto graph = test::parse(winograd_model("WinogradConvF2", 4, true));
  ASSERT_TRUE(graph) << graph.error().message();
  const onnx::ModelProto good = written(*graph);
  onnx::ModelProto model = good;
  model.mutable_functions(0)->mutable_node(0)->set_name("renamed");
  model.mutable_functions(0)->set_doc_string("documented");
  EXPECT_EQ(error_of(test::parse(model)), "");
  model.mutable_functions(0)->clear_node();
  EXPECT_THAT(error_of(test::parse(model)), AllOf(HasSubstr("function 'dlis.WinogradConvF2'"),
                                                  HasSubstr("not the one that dlis writes")));
  model = good;
  *model.add_functions() = good.functions(0);
  model.mutable_functions(1)->mutable_node()->rbegin()->set_op_type("Sub");
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("not the one that dlis writes"));
  model.mutable_functions(1)->set_name("WinogradConvF4");  // which no node calls
  EXPECT_EQ(error_of(test::parse(model)), "");
  model.clear_functions();
  EXPECT_EQ(error_of(test::parse(model)), "");
}

TEST(Functions, OperatorsThatTheFileRedefinesAreRefused) {
  for (const char* domain : {"", "ai.onnx"}) {
    onnx::ModelProto model = test::conv_model();
    onnx::FunctionProto& function = *model.add_functions();
    function.set_domain(domain);
    function.set_name("Relu");
    EXPECT_THAT(error_of(test::parse(model)), HasSubstr("Relu (as a function of the file)"));
    function.set_name("Exp");  // which no node calls
    EXPECT_EQ(error_of(test::parse(model)), "");
  }
  onnx::ModelProto model = winograd_model("WinogradConv", 4);
  set_integer(layer_of(model), "m", 2);
  onnx::FunctionProto& function = *model.add_functions();
  function.set_domain("dlis");
  function.set_name("WinogradConv");
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("dlis.WinogradConv (as a function"));
}

TEST(Functions, WrongWeightsAndPadsAreOneSentence) {
  EXPECT_THAT(error_of(test::parse(winograd_model("WinogradConvF4", 4))),
              AllOf(HasSubstr("'make_y'"), HasSubstr("weights are 4x3x4x4"),
                    HasSubstr("m 4 need Kx3x6x6")));
  onnx::ModelProto model = winograd_model("WinogradConvF2", 4);
  *model.mutable_graph()->mutable_initializer(0) = proto_of(test::ramp({4, 2, 4, 4}), "w");
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("need Kx3x4x4"));
  model = winograd_model("WinogradConvF2", 4);
  layer_of(model).mutable_attribute(0)->clear_ints();
  layer_of(model).mutable_attribute(0)->add_ints(1);
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("its pads are 1 numbers"));
}

TEST(Functions, FusedLayersAreRefused) {
  auto graph = test::parse(winograd_model("WinogradConvF2", 4, true));
  ASSERT_TRUE(graph) << graph.error().message();
  const std::optional<Shape> shape = graph->value(graph->outputs[0]).shape;
  const ValueId residual = graph->add_value({.name = "r", .shape = shape});
  graph->inputs.push_back(residual);
  graph->nodes[0].inputs.push_back(residual);
  const auto bytes = serialise_onnx(*graph);
  ASSERT_FALSE(bytes);
  EXPECT_THAT(bytes.error().message(), HasSubstr("fused layers cannot be written"));
}

}  // namespace
}  // namespace dlis
