// After a change in one shot BatchNormalization has the statistics of the images.
#include "dlis/compress/statistics.h"

#include <gmock/gmock.h>

#include <cmath>

#include "dlis/compress/test_network.h"
#include "dlis/explore/load.h"
#include "dlis/explore/observe.h"
#include "dlis/explore/stack.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kImages = 32;  // one batch

class Statistics : public testing::Test {
 protected:
  void SetUp() override { use(load_model("resnet20").value()); }
  void use(const Graph& graph) {
    graph_ = graph;
    images_ = load_dataset("synthetic:32", *graph_.value(graph_.inputs[0]).shape).value();
    options_ = compress_options(images_, graph_).value();
  }
  Result<Compressed> applied(const std::string& chain) const {
    return compress(graph_, parse_chain(chain).value(), options_);
  }
  std::vector<Tensor> seen(const Graph& graph, std::span<const ValueId> wanted) const {
    return options_.observe(graph, batch_of(images_, options_.how, 0, kImages), wanted).value();
  }
  static std::vector<Node> norms(const Graph& graph) {
    std::vector<Node> found;
    for (const Node& node : graph.nodes)
      if (std::string_view(node.op->name) == "BatchNormalization") found.push_back(node);
    return found;
  }
  static std::vector<float> constant(const Graph& graph, const Node& node, std::size_t input) {
    const auto values = graph.value(node.inputs[input]).constant.as<float>();
    return {values.begin(), values.end()};
  }

  Graph graph_;
  Dataset images_;
  CompressOptions options_;
};

TEST_F(Statistics, AreThoseOfTheChangedNetwork) {
  for (const char* chain :
       {"weight_prune:zeros=0.7", "channel_prune:macs=0.4", "ternarise", "ternarise:rest=int8"}) {
    const auto made = applied(chain);
    ASSERT_TRUE(made) << chain << ": " << made.error().message();
    EXPECT_TRUE(validate(made->graph)) << chain;
    EXPECT_THAT(made->notes, testing::Contains("the statistics of 19 BatchNormalizations are of 32 "
                                               "images"));
    std::vector<ValueId> wanted;
    for (const Node& norm : norms(made->graph)) wanted.push_back(norm.inputs[0]);
    const std::vector<Tensor> inputs = seen(made->graph, wanted);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Node norm = norms(made->graph)[i];
      const auto mean = constant(made->graph, norm, 3), variance = constant(made->graph, norm, 4);
      const auto channels = mean.size(), inner = inputs[i].as<float>().size() / kImages / channels;
      std::vector<double> sum(channels), square(channels);
      for (std::size_t k = 0; k < inputs[i].as<float>().size(); ++k) {
        const double from_mean = inputs[i].as<float>()[k] - double(mean[k / inner % channels]);
        sum[k / inner % channels] += from_mean;
        square[k / inner % channels] += from_mean * from_mean;
      }
      const double count = double(kImages * inner);
      for (std::size_t c = 0; c < channels; ++c) {
        EXPECT_NEAR(sum[c] / count, 0, 1e-3 * std::sqrt(double(variance[c]) + 1e-5)) << norm.name;
        EXPECT_NEAR(square[c] / count, variance[c], 2e-3 * double(variance[c]) + 1e-7) << norm.name;
      }
    }
  }
}

TEST_F(Statistics, OfANetworkThatDoesNotChangeLeaveItsOutputs) {
  const auto made = applied("weight_prune:zeros=0");
  ASSERT_TRUE(made) << made.error().message();
  const Tensor a = seen(graph_, graph_.outputs)[0], b = seen(made->graph, made->graph.outputs)[0];
  EXPECT_NE(constant(graph_, norms(graph_)[0], 3), constant(made->graph, norms(made->graph)[0], 3));
  for (std::size_t i = 0; i < a.as<float>().size(); ++i)
    EXPECT_NEAR(a.as<float>()[i], b.as<float>()[i], 1e-3);
}

TEST_F(Statistics, StayWhenAskedOrWithoutImages) {
  const auto kept = applied("weight_prune:zeros=0.7:statistics=0");
  ASSERT_TRUE(kept) << kept.error().message();
  options_.images = nullptr;
  const auto blind = applied("weight_prune:zeros=0.7");
  ASSERT_TRUE(blind) << blind.error().message();
  EXPECT_THAT(blind->notes, ElementsAre(HasSubstr("stay: there are no training images")));
  for (const Graph& graph : {kept->graph, blind->graph})
    for (std::size_t i = 0; i < norms(graph).size(); ++i)
      for (const std::size_t input : {1, 2, 3, 4})
        EXPECT_EQ(constant(graph, norms(graph)[i], input),
                  constant(graph_, norms(graph_)[i], input));
  EXPECT_THAT(applied("weight_prune:zeros=0.7:statistics=some").error().message(),
              HasSubstr("'some' is not"));
  EXPECT_THAT(applied("weight_prune:zeros=0.7:statistics=-1").error().message(),
              HasSubstr("statistics: must be at least 1, or 0"));
}

TEST_F(Statistics, UseImagesInOneShotOnly) {
  const auto count = [](const char* text) {
    const Choice choice = parse_choice(text).value();
    return statistics_of(*find_technique(choice.name), choice).value();
  };
  EXPECT_EQ(count("ternarise"), 512);
  EXPECT_EQ(count("channel_prune:macs=0.5:statistics=64"), 64);
  EXPECT_EQ(count("weight_prune:zeros=0.5:epochs=3"), 0);
  EXPECT_EQ(count("quantise:type=bf16"), 0);
  const auto uses = [](const char* chain) { return uses_images(parse_chain(chain).value()); };
  EXPECT_TRUE(uses("none+ternarise"));
  EXPECT_FALSE(needs_images(parse_chain("none+ternarise").value()));
  EXPECT_TRUE(uses("ternarise:epochs=3"));
  EXPECT_FALSE(uses("ternarise:statistics=0"));
  EXPECT_FALSE(uses("none+quantise:type=bf16"));
}

TEST_F(Statistics, OfTheInputAndOfAValueWithTwoReaders) {
  TestNetwork net({1, 3, 8, 8});
  const ValueId x = net.conv("first", net.norm("norm", net.input()), 4);
  ValueId y = net.node("Add", "add", {net.norm("one", x), net.norm("other", x)});
  y = net.dense("fc", net.flatten("flat", y), 5);
  use(net.finish(net.norm("last", y)));
  const auto made = applied("weight_prune:zeros=0.5");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->notes, ElementsAre(HasSubstr("of 4 BatchNormalizations")));
  const std::vector<Node> all = norms(made->graph);
  EXPECT_EQ(constant(made->graph, all[1], 3), constant(made->graph, all[2], 3));
  EXPECT_TRUE(validate(made->graph));
}

// A Reshape that counts on one image at a time.
TEST_F(Statistics, OfANetworkThatTakesNoBatchesStay) {
  TestNetwork net({1, 3, 8, 8});
  ValueId x = net.norm("norm", net.conv("first", net.input(), 4));
  x = net.node("Reshape", "planes", {x}, {{"shape", Ints{4, 64}}});
  x = net.node("Reshape", "flat", {x}, {{"shape", Ints{1, 256}}});
  use(net.finish(net.dense("fc", x, 5)));
  const auto made = applied("weight_prune:zeros=0.5");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->notes, ElementsAre(HasSubstr("takes no batches")));
  EXPECT_EQ(constant(made->graph, norms(made->graph)[0], 3), constant(graph_, norms(graph_)[0], 3));
}

}  // namespace
}  // namespace dlis
