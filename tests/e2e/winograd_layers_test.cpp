// Every technique on a network with layers in the Winograd domain: what it leaves alone it says,
// and the network that it makes is the same in its file and in a plan.
#include <gmock/gmock.h>

#include "dlis/base/file.h"
#include "dlis/compress/test_network.h"
#include "dlis/explore/layer_change.h"
#include "dlis/explore/observe.h"
#include "dlis/explore/stack.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class WinogradLayers : public testing::Test {
 protected:
  // `inner` and a plain convolution read the same value.
  WinogradLayers() {
    TestNetwork net({1, 3, 8, 8});
    const ValueId x = net.norm("norm", net.conv("first", net.input(), 8, {.kernel = 3}));
    const ValueId a = net.norm("norm2", net.winograd("inner", x, 8, true));
    const ValueId b = net.relu("relu", net.node("Add", "add", {a, net.conv("plain", x, 8)}));
    const ValueId c = net.relu("relu2", net.winograd("second", b, 6));
    graph_ = net.finish(net.dense("fc", net.flatten("flat", c), 5));
    images_ = load_dataset("synthetic:16", *graph_.value(graph_.inputs[0]).shape).value();
    options_ = compress_options(images_, graph_).value();
  }

  Compressed applied(const Graph& graph, const std::string& chain) const {
    auto made = compress(graph, parse_chain(chain).value(), options_);
    EXPECT_TRUE(made) << chain << ": " << made.error().message();
    return made ? std::move(*made) : Compressed{};
  }
  // Between 0 and 1, as the images that ranges are seen on.
  static Tensor inputs_of(const Graph& graph) {
    Rng rng(1);
    Tensor x(DType::f32, *graph.value(graph.inputs[0]).shape);
    for (float& value : x.edit<float>()) value = float(rng.uniform());
    return x;
  }
  static Tensor outputs_of(const Graph& graph) {
    PlanOptions options;
    options.tune = Tune::off;
    const auto plan = make_plan(graph, options);
    if (!plan) return ADD_FAILURE() << plan.error().message(), Tensor();
    Session session = Session::open(*plan).value();
    return session.run(std::vector{inputs_of(graph)}).value()[0];
  }
  static Tensor weights_of_layer(const Graph& graph, std::string_view layer) {
    for (const Node& node : graph.nodes)
      if (node.name == layer) return graph.value(node.inputs[1]).constant;
    return {};
  }
  static bool same(const Tensor& a, const Tensor& b) {
    return a.has_value() && b.has_value() && std::ranges::equal(a.as<float>(), b.as<float>());
  }
  // The largest difference as a share of the largest output.
  static double difference(const Tensor& a, const Tensor& b) {
    double largest = 0, error = 0;
    for (std::size_t i = 0; i < std::size_t(a.elements()); ++i) {
      largest = std::max(largest, double(std::abs(a.as<float>()[i])));
      error = std::max(error, double(std::abs(a.as<float>()[i] - b.as<float>()[i])));
    }
    return error / largest;
  }

  Graph graph_;
  Dataset images_;
  CompressOptions options_;
};

TEST_F(WinogradLayers, FilesAndPlansSayTheSame) {
  for (const char* chain : {"none", "weight_prune:zeros=0.5:statistics=0",
                            "weight_prune:zeros=0.4:granularity=block1x16", "ternarise",
                            "ternarise:rest=int8", "channel_prune:macs=0.4", "quantise:type=bf16",
                            "quantise:type=int8:images=16", "renormalise:images=16"}) {
    SCOPED_TRACE(chain);
    const Graph graph = applied(graph_, chain).graph;
    const auto bytes = serialise_onnx(graph);
    ASSERT_TRUE(bytes) << bytes.error().message();
    const auto back = parse_onnx(bytes_of(*bytes), {});
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_TRUE(same(outputs_of(graph), outputs_of(*back)));
  }
}

TEST_F(WinogradLayers, WeightsCount) {
  const auto weights = weights_of(graph_);
  ASSERT_EQ(weights.size(), 5u);
  for (const Weight& weight : weights)
    EXPECT_EQ(weight.winograd, weight.layers[0] == "inner" || weight.layers[0] == "second");
  const Graph pruned = applied(graph_, "weight_prune:zeros=0.5:scope=layer").graph;
  EXPECT_NEAR(density_of(pruned), 0.5, 0.01);
  Value inner;
  inner.constant = weights_of_layer(pruned, "inner");
  EXPECT_NEAR(double(zeros_in(inner)), 8 * 8 * 16 * 0.5, 8 * 8 * 2.0);
}

TEST_F(WinogradLayers, TernariseLeavesThem) {
  const Compressed made = applied(graph_, "ternarise:rest=int8");
  EXPECT_THAT(made.notes, Contains(HasSubstr("Winograd domain stay as they are: inner, second")));
  for (const char* layer : {"inner", "second"})
    EXPECT_TRUE(weights_of_layer(made.graph, layer).same_storage(weights_of_layer(graph_, layer)));
  EXPECT_FALSE(same(weights_of_layer(made.graph, "plain"), weights_of_layer(graph_, "plain")));

  TestNetwork net({1, 3, 8, 8});
  const ValueId x = net.winograd("a", net.conv("first", net.input(), 4), 4);
  const Graph none = net.finish(net.conv("last", x, 2));
  const auto refused = compress(none, parse_chain("ternarise").value(), options_);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("in the Winograd domain"));
}

TEST_F(WinogradLayers, QuantiseLeavesThem) {
  const Tensor exact = outputs_of(graph_);
  for (const char* chain : {"quantise:type=bf16", "quantise:type=int8:images=16"}) {
    SCOPED_TRACE(chain);
    const Compressed made = applied(graph_, chain);
    EXPECT_THAT(made.notes, Contains("2 layers in the Winograd domain compute in f32"));
    for (const char* layer : {"inner", "second"})
      EXPECT_EQ(weights_of_layer(made.graph, layer).type(), DType::f32);
    EXPECT_LT(difference(exact, outputs_of(made.graph)), 0.05);
  }
  TestNetwork net({1, 3, 8, 8});
  const Graph plain = net.finish(net.conv("last", net.conv("first", net.input(), 4), 2));
  EXPECT_THAT(applied(plain, "quantise:type=bf16").notes, Not(Contains(HasSubstr("Winograd"))));
}

TEST_F(WinogradLayers, ChannelsGoTogether) {
  const Graph thin = applied(graph_, "channel_prune:ratio=0.5:scope=layer").graph;
  EXPECT_EQ(weights_of_layer(thin, "inner").shape(), (Shape{4, 4, 4, 4}));
  EXPECT_EQ(weights_of_layer(thin, "second").shape(), (Shape{3, 4, 4, 4}));
}

TEST_F(WinogradLayers, TablesNameThem) {
  const auto layers =
      layer_changes(graph_, applied(graph_, "channel_prune:ratio=0.5:scope=layer").graph);
  ASSERT_EQ(layers.size(), 5u);
  EXPECT_EQ(layers[1].kind, "WinogradConv F2 relu");
  EXPECT_EQ(layers[3].kind, "WinogradConv F2");
  EXPECT_EQ(layers[3].before->in, 8);
  EXPECT_EQ(layers[3].before->out, 6);
  EXPECT_EQ(layers[3].before->weights, 8 * 6 * 16);
  EXPECT_LT(layers[3].after->macs, layers[3].before->macs);
}

}  // namespace
}  // namespace dlis
