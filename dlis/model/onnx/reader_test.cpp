// What the reader takes, and the sentence for everything that it does not.
#include <cmath>
#include <limits>
#include <random>

#include "dlis/base/file.h"
#include "dlis/base/limits.h"
#include "dlis/model/onnx/gzip.h"
#include "dlis/model/onnx/test_models.h"

namespace dlis {
namespace {

using test::error_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Reader = test::Folder;

auto& input_shape(onnx::ModelProto& model, int input = 0) {
  return *model.mutable_graph()
              ->mutable_input(input)
              ->mutable_type()
              ->mutable_tensor_type()
              ->mutable_shape();
}

TEST_F(Reader, ReadsAModel) {
  const auto graph = test::parse(test::conv_model());
  ASSERT_TRUE(graph) << graph.error().message();
  ASSERT_EQ(graph->nodes.size(), 2u);
  EXPECT_STREQ(graph->nodes[0].op->name, "Conv");
  EXPECT_EQ(graph->value(graph->outputs[0]).shape, (Shape{1, 2, 4, 4}));
  EXPECT_EQ(graph->value(graph->outputs[0]).name, "y");
}

TEST_F(Reader, EveryOpset) {
  for (int opset = 7; opset <= 25; ++opset) {
    onnx::ModelProto model = test::conv_model(opset);
    model.set_ir_version(3 + opset % 10);
    EXPECT_EQ(error_of(test::parse(model)), "") << opset;
  }
  for (const int opset : {1, 6, 26, 1000})
    EXPECT_THAT(error_of(test::parse(test::conv_model(opset))),
                AllOf(HasSubstr("opset " + std::to_string(opset)), HasSubstr("7 to 25")));
}

TEST_F(Reader, NoOpsetAndNoGraph) {
  onnx::ModelProto model = test::conv_model();
  model.clear_opset_import();
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("no opset"));
  model.clear_graph();
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("not an ONNX model"));
}

TEST_F(Reader, BatchAndSymbols) {
  onnx::ModelProto model = test::conv_model();
  auto graph = test::parse(model, {.batch = 5});
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->value(graph->outputs[0]).shape, (Shape{5, 2, 4, 4}));

  input_shape(model).mutable_dim(2)->set_dim_param("height");
  input_shape(model).mutable_dim(3)->clear_dim_value();
  EXPECT_THAT(error_of(test::parse(model)),
              AllOf(HasSubstr("'x'"), HasSubstr("height"), HasSubstr("axis 3"),
                    HasSubstr("--shape x=1x3xSIZExSIZE")));
  graph = test::parse(model, {.shapes = {{"x", {2, 3, 6, 7}}}});
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_EQ(graph->value(graph->outputs[0]).shape, (Shape{2, 2, 6, 7}));
  EXPECT_THAT(error_of(test::parse(model, {.shapes = {{"x", {2, 4, 6, 7}}}})),
              AllOf(HasSubstr("axis 1"), HasSubstr("'x'")));
  EXPECT_THAT(error_of(test::parse(model, {.shapes = {{"x", {2, 3}}}})), HasSubstr("axes"));
  EXPECT_THAT(error_of(test::parse(model, {.shapes = {{"X", {2, 3, 6, 7}}}})),
              AllOf(HasSubstr("'X'"), HasSubstr("x")));
}

TEST_F(Reader, ASymbolHasOneSize) {
  onnx::ModelProto model = test::empty_model();
  auto& inputs = *model.mutable_graph()->mutable_input();
  test::add_info(inputs, "a", {"n", "m"});
  test::add_info(inputs, "b", {"n", "m"});
  test::add_node(model, "Add", {"a", "b"}, {"y"});
  test::add_info(*model.mutable_graph()->mutable_output(), "y", {"n", "m"});
  EXPECT_THAT(error_of(test::parse(model)), AllOf(HasSubstr("'a'"), HasSubstr("m")));
  const auto graph = test::parse(model, {.shapes = {{"b", {2, 9}}}});
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_EQ(graph->value(graph->inputs[0]).shape, (Shape{2, 9}));
  EXPECT_THAT(error_of(test::parse(model, {.shapes = {{"a", {2, 9}}, {"b", {2, 8}}}})),
              AllOf(HasSubstr("'m'"), HasSubstr("9"), HasSubstr("8")));
}

TEST_F(Reader, OneReportNamesAllUnsupportedOperators) {
  onnx::ModelProto model = test::conv_model();
  test::add_node(model, "NonZero", {"c"}, {"z"});
  test::add_node(model, "NonZero", {"c"}, {"z2"});
  test::add_node(model, "Frobnicate", {"c"}, {"f"});
  test::add_node(model, "Relu", {"c"}, {"r"}).set_domain("com.example");
  auto& loop = test::add_node(model, "Loop", {"c"}, {"i"});
  auto& attribute = *loop.add_attribute();
  attribute.set_name("body");
  attribute.set_type(onnx::AttributeProto::GRAPH);
  attribute.mutable_g();
  auto& branch = *test::add_node(model, "If", {"c"}, {"j"}).add_attribute();
  branch.set_name("then_branch");
  branch.set_type(onnx::AttributeProto::GRAPH);
  branch.mutable_g()->add_node()->set_op_type("Unheard");
  EXPECT_THAT(error_of(test::parse(model)),
              AllOf(HasSubstr("NonZero (2 nodes"), HasSubstr("Frobnicate"),
                    HasSubstr("com.example.Relu"), HasSubstr("Loop (control flow: body)"),
                    HasSubstr("Unheard"), HasSubstr("make_f"), Not(HasSubstr("Conv"))));
}

// An If that asks for the first extent of x; both branches read a value from outside.
onnx::ModelProto model_with_if(std::int64_t extent) {
  onnx::ModelProto model = test::conv_model();
  model.mutable_graph()->clear_node();
  model.mutable_graph()->clear_input();
  model.mutable_graph()->clear_output();
  test::add_info(*model.mutable_graph()->mutable_input(), "x", {int(extent), 3});
  test::add_info(*model.mutable_graph()->mutable_output(), "y", {"n"});
  auto& node = test::add_node(model, "If", {"is_one"}, {"y"});
  for (const char* op : {"Tanh", "Relu"}) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(op == std::string("Tanh") ? "then_branch" : "else_branch");
    attribute.set_type(onnx::AttributeProto::GRAPH);
    auto& inner = *attribute.mutable_g()->add_node();
    inner.set_op_type(op);
    inner.add_input("same");
    inner.add_output(std::string("in_") + op);
    attribute.mutable_g()->add_output()->set_name(inner.output(0));
  }
  // Behind the If, which needs them.
  test::add_node(model, "Identity", {"x"}, {"same"});
  test::add_node(model, "Shape", {"x"}, {"shape"});
  test::add_node(model, "Gather", {"shape", "zero"}, {"first"});
  test::add_node(model, "Equal", {"first", "one"}, {"is_one"});
  for (const std::int64_t value : {0, 1}) {
    auto& tensor = *model.mutable_graph()->add_initializer();
    tensor.set_name(value == 0 ? "zero" : "one");
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_int64_data(value);
  }
  return model;
}

TEST_F(Reader, TakesTheBranchThatShapesChoose) {
  for (const std::int64_t extent : {1, 2}) {
    const auto graph = test::parse(model_with_if(extent));
    ASSERT_TRUE(graph) << graph.error().message();
    std::vector<std::string> ops;
    for (const Node& node : graph->nodes) ops.push_back(node.op->name);
    EXPECT_THAT(ops, testing::ElementsAre("Identity", extent == 1 ? "Tanh" : "Relu", "Identity"));
    EXPECT_EQ(graph->value(graph->outputs[0]).name, "y");
  }
  onnx::ModelProto model = model_with_if(1);
  model.mutable_graph()->mutable_node(0)->set_input(0, "x");
  EXPECT_THAT(error_of(test::parse(model)),
              AllOf(HasSubstr("make_y"), HasSubstr("not known before the network runs")));
  model = model_with_if(1);
  auto& branch = *model.mutable_graph()->mutable_node(0)->mutable_attribute(0)->mutable_g();
  branch.mutable_output(0)->set_name("nothing");
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("'nothing'"));
  branch.mutable_output(0)->set_name("same");
  branch.mutable_node(0)->set_output(0, "shape");
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("'shape' is defined twice"));
  model.mutable_graph()->mutable_node(0)->clear_attribute();
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("its branch does not make its outputs"));
}

TEST_F(Reader, SortsNodesAndFindsCycles) {
  onnx::ModelProto model = test::conv_model();
  model.mutable_graph()->mutable_node()->SwapElements(0, 1);
  const auto graph = test::parse(model);
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_STREQ(graph->nodes[0].op->name, "Conv");

  model.mutable_graph()->mutable_node(1)->set_input(0, "y");
  EXPECT_THAT(error_of(test::parse(model)), AllOf(HasSubstr("cycle"), HasSubstr("make_y")));
}

TEST_F(Reader, MissingAndDoubleValues) {
  onnx::ModelProto model = test::conv_model();
  model.mutable_graph()->clear_initializer();
  EXPECT_THAT(error_of(test::parse(model)),
              AllOf(HasSubstr("'w'"), HasSubstr("make_c"), HasSubstr("missing")));
  model = test::conv_model();
  test::add_node(model, "Relu", {"x"}, {"c"});
  EXPECT_THAT(error_of(test::parse(model)), AllOf(HasSubstr("'c'"), HasSubstr("twice")));
  model = test::conv_model();
  model.mutable_graph()->mutable_output(0)->set_name("nobody");
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("'nobody'"));
  model.mutable_graph()->clear_output();
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("no outputs"));
}

TEST_F(Reader, WrongShapesNameTheNode) {
  onnx::ModelProto model = test::conv_model();
  input_shape(model).mutable_dim(1)->set_dim_value(5);
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("make_c"));
  model.mutable_graph()->mutable_node(0)->clear_name();
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("the Conv node that makes 'c'"));
}

TEST_F(Reader, InitialiserThatIsAlsoAnInput) {
  onnx::ModelProto model = test::conv_model();
  test::add_info(*model.mutable_graph()->mutable_input(), "w", {2, 3, 1, 1});
  const auto graph = test::parse(model);
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_EQ(graph->inputs.size(), 1u);
}

TEST_F(Reader, NotANumber) {
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    onnx::ModelProto model = test::conv_model();
    Tensor weights = test::ramp({2, 3, 1, 1});
    weights.edit<float>()[4] = bad;
    *model.mutable_graph()->mutable_initializer(0) = proto_of(weights, "w");
    EXPECT_THAT(error_of(test::parse(model)), HasSubstr("tensor 'w'"));
  }
}

TEST_F(Reader, ConstantsAtLoad) {
  onnx::ModelProto model = test::empty_model();
  test::add_info(*model.mutable_graph()->mutable_input(), "x", {2, 6});
  test::add_info(*model.mutable_graph()->mutable_input(), "shape", {2});
  model.mutable_graph()->mutable_input(1)->mutable_type()->mutable_tensor_type()->set_elem_type(
      onnx::TensorProto::INT64);
  test::add_node(model, "Reshape", {"x", "shape"}, {"y"});
  test::add_info(*model.mutable_graph()->mutable_output(), "y", {3, 4});
  EXPECT_THAT(error_of(test::parse(model)), AllOf(HasSubstr("'shape'"), HasSubstr("make_y")));
  LoadOptions options;
  options.constants["shape"] = Tensor::ints(std::array<std::int64_t, 2>{3, 4});
  const auto graph = test::parse(model, options);
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_EQ(graph->inputs.size(), 1u);
  EXPECT_EQ(graph->value(graph->outputs[0]).shape, (Shape{3, 4}));
}

TEST_F(Reader, SizesComputedFromShapes) {
  onnx::ModelProto model = test::empty_model();
  test::add_info(*model.mutable_graph()->mutable_input(), "x", {"n", 2, 3, 4});
  test::add_weight(model, "zero", Tensor::ints(std::array<std::int64_t, 1>{0}));
  test::add_weight(model, "rest", Tensor::ints(std::array<std::int64_t, 1>{-1}));
  test::add_node(model, "Shape", {"x"}, {"s"});
  test::add_node(model, "Gather", {"s", "zero"}, {"n"});
  auto& concat = test::add_node(model, "Concat", {"n", "rest"}, {"t"});
  auto& axis = *concat.add_attribute();
  axis.set_name("axis");
  axis.set_type(onnx::AttributeProto::INT);
  test::add_node(model, "Reshape", {"x", "t"}, {"y"});
  test::add_info(*model.mutable_graph()->mutable_output(), "y", {"n", 24});
  const auto graph = test::parse(model, {.batch = 3});
  ASSERT_TRUE(graph) << graph.error().message();
  ASSERT_EQ(graph->nodes.size(), 1u);
  EXPECT_EQ(graph->value(graph->outputs[0]).shape, (Shape{3, 24}));
}

TEST_F(Reader, MoreThanMemory) {
  onnx::ModelProto model = test::conv_model();
  LoadOptions options{.shapes = {}, .memory_limit = 1 << 20};
  EXPECT_EQ(error_of(test::parse(model, options)), "");
  options.batch = 1 << 20;
  EXPECT_THAT(error_of(test::parse(model, options)), AllOf(HasSubstr("'x'"), HasSubstr("memory")));
  for (const std::int64_t huge :
       {std::int64_t(1) << 40, std::numeric_limits<std::int64_t>::max()}) {
    input_shape(model).mutable_dim(2)->set_dim_value(huge);
    input_shape(model).mutable_dim(3)->set_dim_value(huge);
    EXPECT_THAT(error_of(test::parse(model)), HasSubstr("'x'")) << huge;
  }
}

// A field of a message in a file: its number, and bytes behind their length.
std::string field(int number, const std::string& bytes) {
  std::string out(1, char(number << 3 | 2));
  std::size_t size = bytes.size();
  for (; size > 127; size >>= 7) out += char(size | 128);
  return out + char(size) + bytes;
}

// The graph of a model that says its opset.
std::string model_of(const std::string& graph) {
  return test::empty_model().SerializeAsString() + field(7, graph);
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST_F(Reader, Limits) {
  const auto error = [](const std::string& bytes, const LoadOptions& options = {}) {
    return error_of(parse_onnx(bytes_of(bytes), {}, options));
  };
  const std::string node = field(1, "");  // two bytes, and 200 in memory
  EXPECT_THAT(error(model_of(repeated(node, kMostNodes + 1))), HasSubstr("nodes, at most"));
  EXPECT_THAT(error(model_of(repeated(node, 10000)), {.memory_limit = 1 << 20}),
              HasSubstr("not enough memory"));
  const std::string outputs = repeated(field(2, ""), kMostValues + 1);
  EXPECT_THAT(error(model_of(field(1, outputs))), HasSubstr("values, at most"));

  onnx::ModelProto model = test::conv_model();
  model.mutable_graph()->mutable_node(0)->set_name(std::string(kMostNameBytes, 'n'));
  EXPECT_EQ(error_of(test::parse(model)), "");
  model.mutable_graph()->mutable_node(0)->set_name(std::string(kMostNameBytes + 1, 'n'));
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("a name has 4097 bytes"));

  model = test::conv_model();
  auto& dims = *model.mutable_graph()->mutable_initializer(0)->mutable_dims();
  dims.Clear();
  dims.Add(kMostValueElements + 1);
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("more elements"));
  dims.Clear();
  for (int i = 0; i <= kMaxRank; ++i) dims.Add(1);
  EXPECT_THAT(error_of(test::parse(model)), HasSubstr("9 axes"));
  EXPECT_EQ(LoadOptions().max_decompressed_bytes, kMostUnpackedBytes);
}

// y = the bytes of `shape`, all 1.
void add_filled(onnx::ModelProto& model, const std::string& y,
                const std::vector<std::int64_t>& shape) {
  test::add_weight(model, y + "_shape", Tensor::ints(shape));
  auto& node = test::add_node(model, "ConstantOfShape", {y + "_shape"}, {y});
  auto& value = *node.add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  Tensor one(DType::i8, {1});
  one.edit<std::int8_t>()[0] = 1;
  *value.mutable_t() = proto_of(one, "one");
  test::add_info(*model.mutable_graph()->mutable_output(), y, {});
}

TEST_F(Reader, ConstantsTogetherFitIntoMemory) {
  onnx::ModelProto model = test::empty_model();
  const LoadOptions options{.memory_limit = 1 << 20};
  add_filled(model, "a", {500000});
  add_filled(model, "b", {500000});
  EXPECT_EQ(error_of(test::parse(model, options)), "");
  add_filled(model, "c", {500000});
  EXPECT_THAT(error_of(test::parse(model, options)), HasSubstr("of memory are left"));
}

TEST_F(Reader, LargeConstantsAreComputedWhenTheNetworkRuns) {
  onnx::ModelProto model = test::empty_model();
  add_filled(model, "a", {kMostFolded + 1});
  const auto graph = test::parse(model);
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_EQ(graph->nodes.size(), 1u);
}

TEST_F(Reader, FilesThatAreNone) {
  EXPECT_THAT(error_of(load_onnx(folder / "none.onnx")), HasSubstr("none.onnx"));
  test::write_text(folder / "empty.onnx", "");
  EXPECT_THAT(error_of(load_onnx(folder / "empty.onnx")), HasSubstr("empty"));
  EXPECT_THAT(error_of(load_onnx(folder)), HasSubstr(folder.string()));
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(1 + random() % 300, '\0');
    for (char& c : bytes) c = char(random());
    const auto graph = parse_onnx(bytes_of(bytes), {});
    ASSERT_FALSE(graph);
    EXPECT_NE(graph.error().message(), "");
  }
}

// A cut inside a field is always seen. Between two fields protobuf cannot tell, but what is missing
// then is either needed or only metadata.
TEST_F(Reader, TruncatedAtAnyByte) {
  onnx::ModelProto model = test::conv_model();
  auto* entry = model.add_metadata_props();
  entry->set_key("mean");
  entry->set_value("0.5");
  const std::string bytes = model.SerializeAsString();
  model.clear_metadata_props();
  const std::size_t without_metadata = model.ByteSizeLong();
  int loaded = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto graph = parse_onnx(bytes_of(std::string_view(bytes).substr(0, size)), {});
    if (graph) {
      ++loaded;
      EXPECT_EQ(size, without_metadata);
    } else {
      EXPECT_NE(graph.error().message(), "");
    }
  }
  EXPECT_LE(loaded, 1);
}

TEST_F(Reader, GzipDamagedTruncatedAndTooLarge) {
  const std::string bytes = test::conv_model().SerializeAsString();
  const std::string packed = *gzip(bytes_of(bytes));
  EXPECT_TRUE(parse_onnx(bytes_of(packed), {}));
  for (std::size_t size = 2; size < packed.size(); ++size)
    EXPECT_THAT(error_of(parse_onnx(bytes_of(std::string_view(packed).substr(0, size)), {})),
                HasSubstr("truncated"));
  std::string damaged = packed;
  damaged[packed.size() / 2] ^= 0x55;
  EXPECT_FALSE(parse_onnx(bytes_of(damaged), {}));
  const std::string bomb = *gzip(bytes_of(std::string(50 << 20, '\0')));
  EXPECT_THAT(error_of(parse_onnx(bytes_of(bomb), {}, {.max_decompressed_bytes = 1 << 20})),
              HasSubstr("unpacked"));
}

}  // namespace
}  // namespace dlis
