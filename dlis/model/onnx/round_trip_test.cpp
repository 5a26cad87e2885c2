// load -> save -> load gives the same graph: the trained networks and a model of every odd kind.

#include "dlis/model/onnx/test_models.h"

namespace dlis {
namespace {

using RoundTrip = test::Folder;

Graph again(const Graph& graph, const LoadOptions& options = {}) {
  const auto bytes = serialise_onnx(graph);
  EXPECT_TRUE(bytes) << bytes.error().message();
  if (!bytes) return {};
  auto loaded = parse_onnx(std::as_bytes(std::span(bytes->data(), bytes->size())), {}, options);
  EXPECT_TRUE(loaded) << loaded.error().message();
  return loaded ? *loaded : Graph{};
}

TEST_F(RoundTrip, TrainedNetworks) {
  const auto data = test::data_folder();
  if (data.empty()) GTEST_SKIP() << "no DLIS_DATA: the trained networks are NOT tested";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data / "models")) {
    if (entry.path().extension() != ".onnx") continue;
    SCOPED_TRACE(entry.path().filename().string());
    ++count;
    const auto graph = load_onnx(entry.path());
    ASSERT_TRUE(graph) << graph.error().message();
    EXPECT_NE(graph->batch_symbol, "");
    EXPECT_EQ(graph->metadata.count("mean"), 1u);
    test::expect_same(*graph, again(*graph));
    if (entry.file_size() > (2u << 20)) continue;  // packing the large ones takes minutes
    for (const char* name : {"out.onnx", "out.onnx.gz"}) {
      const Status saved = save_onnx(*graph, folder / name);
      ASSERT_TRUE(saved) << saved.error().message();
      const auto back = load_onnx(folder / name);
      ASSERT_TRUE(back) << back.error().message();
      test::expect_same(*graph, *back);
    }
  }
  EXPECT_GE(count, 5);
}

TEST_F(RoundTrip, KeepsBatchNormAndMetadata) {
  onnx::ModelProto model = test::empty_model();
  test::add_info(*model.mutable_graph()->mutable_input(), "x", {"batch", 2, 4, 4});
  for (const char* name : {"s", "b", "m", "v"}) test::add_weight(model, name, test::ramp({2}));
  test::add_node(model, "BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"});
  test::add_info(*model.mutable_graph()->mutable_output(), "y", {"batch", 2, 4, 4});
  auto* entry = model.add_metadata_props();
  entry->set_key("mean");
  entry->set_value("0.5");
  const auto graph = test::parse(model);
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_STREQ(graph->nodes.at(0).op->name, "BatchNormalization");
  const Graph back = again(*graph);
  test::expect_same(*graph, back);
  EXPECT_EQ(back.batch_symbol, "batch");
  EXPECT_EQ(back.metadata.at("mean"), "0.5");
}

TEST_F(RoundTrip, FixedBatchStaysFixed) {
  onnx::ModelProto model = test::conv_model();
  auto* axis = model.mutable_graph()
                   ->mutable_input(0)
                   ->mutable_type()
                   ->mutable_tensor_type()
                   ->mutable_shape()
                   ->mutable_dim(0);
  axis->set_dim_value(3);
  const auto graph = test::parse(model);
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_EQ(graph->value(graph->inputs[0]).shape, (Shape{3, 3, 4, 4}));
  test::expect_same(*graph, again(*graph));
}

// A size that holds the batch without saying so fixes the batch; the written file must not claim
// otherwise. A first extent that is the batch's follows it.
TEST_F(RoundTrip, BatchInsideReshape) {
  for (const bool follows : {false, true}) {
    const std::array<std::int64_t, 2> target{follows ? 1 : 2, follows ? 32 : 16};
    onnx::ModelProto model = test::empty_model();
    test::add_info(*model.mutable_graph()->mutable_input(), "x", {"n", 2, 4, 4});
    test::add_weight(model, "target", Tensor::ints(target));
    test::add_node(model, "Reshape", {"x", "target"}, {"y"});
    test::add_info(*model.mutable_graph()->mutable_output(), "y", {});
    const auto graph = test::parse(model);
    ASSERT_TRUE(graph) << graph.error().message();
    EXPECT_EQ(graph->batch_symbol, "n");
    EXPECT_EQ(again(*graph).batch_symbol, follows ? "n" : "");
  }
}

template <class T>
Tensor numbers(std::initializer_list<T> values) {
  return Tensor::of<T>({std::int64_t(values.size())}, std::span(values.begin(), values.size()));
}

// x -> Q -> DQ -> Conv (weights and bias through DQ) -> Relu -> Q -> DQ -> y
onnx::ModelProto quantised_model() {
  onnx::ModelProto model = test::empty_model(13);
  test::add_info(*model.mutable_graph()->mutable_input(), "x", {"n", 2, 4, 4});
  Tensor w(DType::i8, {3, 2, 1, 1});
  for (std::int8_t& value : w.edit<std::int8_t>()) value = -5;
  test::add_weight(model, "w", w);
  test::add_weight(model, "ws", numbers<float>({0.1f, 0.2f, 0.3f}));
  test::add_weight(model, "b", numbers<std::int32_t>({5, -6, 1 << 26}));
  test::add_weight(model, "bs", numbers<float>({0.01f, 0.02f, 0.03f}));
  test::add_weight(model, "s", Tensor::scalar(0.1f));
  test::add_weight(model, "z", numbers<std::uint8_t>({128}).reshaped({}));
  test::add_node(model, "QuantizeLinear", {"x", "s", "z"}, {"xq"});
  test::add_node(model, "DequantizeLinear", {"xq", "s", "z"}, {"xd"});
  test::set_axis(test::add_node(model, "DequantizeLinear", {"w", "ws"}, {"wd"}), 0);
  test::set_axis(test::add_node(model, "DequantizeLinear", {"b", "bs"}, {"bd"}), 0);
  test::add_node(model, "Conv", {"xd", "wd", "bd"}, {"c"});
  test::add_node(model, "Relu", {"c"}, {"r"});
  test::add_node(model, "QuantizeLinear", {"r", "s", "z"}, {"q"});
  test::add_node(model, "DequantizeLinear", {"q", "s", "z"}, {"y"});
  test::add_info(*model.mutable_graph()->mutable_output(), "y", {"n", 3, 4, 4});
  return model;
}

TEST_F(RoundTrip, QuantisedValuesBecomeNodesAndValuesAgain) {
  const auto graph = test::parse(quantised_model());
  ASSERT_TRUE(graph) << graph.error().message();
  ASSERT_EQ(graph->nodes.size(), 4u);  // rounding the input, Conv, Relu, reading the output
  const Value& bias = graph->value(graph->nodes[1].inputs[2]);
  EXPECT_EQ(real_tensor(bias).as<float>()[2], float((1 << 26) * double(0.03f)));
  const Graph back = again(*graph);
  EXPECT_EQ(back.batch_symbol, "n");
  test::expect_same(*graph, back);
}

TEST_F(RoundTrip, WritesGzipOnlyWhereAsked) {
  const auto graph = test::parse(test::conv_model());
  ASSERT_TRUE(graph);
  ASSERT_TRUE(save_onnx(*graph, folder / "a.onnx.gz"));
  ASSERT_TRUE(save_onnx(*graph, folder / "a.onnx"));
  std::ifstream packed(folder / "a.onnx.gz", std::ios::binary);
  EXPECT_EQ(packed.get(), 0x1f);
  std::ifstream plain(folder / "a.onnx", std::ios::binary);
  EXPECT_EQ(plain.get(), 0x08);  // field 1, ir_version
}

TEST_F(RoundTrip, NothingIsLeftWhereTheFolderIsMissing) {
  const auto graph = test::parse(test::conv_model());
  ASSERT_TRUE(graph);
  const Status saved = save_onnx(*graph, folder / "missing" / "a.onnx");
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().message(), testing::HasSubstr("a.onnx"));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST_F(RoundTrip, DiskFullIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  const auto graph = test::parse(test::conv_model());
  ASSERT_TRUE(graph);
  const Status saved = save_onnx(*graph, "/dev/full");
  ASSERT_FALSE(saved);
  EXPECT_THAT(saved.error().message(), testing::HasSubstr("full"));
}

TEST_F(RoundTrip, FusedLayersAreRefused) {
  auto graph = test::parse(test::conv_model());
  ASSERT_TRUE(graph);
  graph->nodes[0].attributes.set("activation", std::string("relu"));
  const auto bytes = serialise_onnx(*graph);
  ASSERT_FALSE(bytes);
  EXPECT_THAT(bytes.error().message(), testing::HasSubstr("make_c"));
}

// Their readers would refuse them.
TEST_F(RoundTrip, InfiniteWeightsAreNotWritten) {
  auto graph = test::parse(test::conv_model());
  ASSERT_TRUE(graph);
  graph->value(graph->nodes[0].inputs[1]).constant.edit<float>()[1] = INFINITY;
  const auto bytes = serialise_onnx(*graph);
  ASSERT_FALSE(bytes);
  EXPECT_THAT(bytes.error().message(),
              testing::AllOf(testing::HasSubstr("'w'"), testing::HasSubstr("infinite")));
}

TEST_F(RoundTrip, TensorFiles) {
  const std::vector<Tensor> tensors{
      test::ramp({2, 3}), Tensor::ints(std::array<std::int64_t, 3>{-1, 0, 1ll << 40}),
      Tensor::of<std::uint8_t>({2}, std::array<std::uint8_t, 2>{0, 255}),
      Tensor::of<std::int8_t>({2}, std::array<std::int8_t, 2>{-128, 127}), Tensor::scalar(2.5f)};
  for (const Tensor& tensor : tensors) {
    ASSERT_TRUE(save_tensor_pb(tensor, "t", folder / "t.pb"));
    const auto back = load_tensor_pb(folder / "t.pb");
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back->type(), tensor.type());
    EXPECT_EQ(back->shape(), tensor.shape());
    EXPECT_EQ(std::memcmp(back->data(), tensor.data(), tensor.bytes()), 0);
  }
}

}  // namespace
}  // namespace dlis
