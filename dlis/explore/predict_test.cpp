// What is predicted is what compression then leaves.
#include "dlis/explore/predict.h"

#include <gmock/gmock.h>

#include "dlis/compress/test_network.h"
#include "dlis/explore/stack.h"

namespace dlis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// Two branches that meet, a depthwise layer, a dense one.
Graph network() {
  TestNetwork net({1, 3, 6, 6});
  const ValueId x = net.norm("stem.norm", net.conv("stem", net.input(), 12, {.kernel = 3}));
  ValueId y = net.relu("relu", net.norm("in.norm", net.conv("in", x, 10)));
  y = net.norm("out.norm", net.conv("out", y, 12));
  y = net.conv("wide", net.node("Add", "add", {x, y}), 24);
  return net.finish(net.dense("fc", net.flatten("flat", net.depthwise("depthwise", y)), 4));
}

Result<Prediction> predicted(const std::string& chain, CompressOptions options = {}) {
  return predict(network(), parse_chain(chain).value(), options);
}

TEST(Prediction, IsWhatCompressionLeaves) {
  for (const char* text : {"none", "weight_prune:zeros=0.6", "ternarise", "quantise:type=bf16",
                           "channel_prune:macs=0.4", "channel_prune:ratio=0.3:scope=layer",
                           "channel_prune:macs=0.4+weight_prune:zeros=0.5+quantise:type=bf16"}) {
    SCOPED_TRACE(text);
    const auto found = predicted(text);
    ASSERT_TRUE(found) << found.error().message();
    const Graph after = compress(network(), parse_chain(text).value())->graph;
    EXPECT_EQ(found->before.macs, macs_of(network()));
    EXPECT_EQ(found->before.parameters, parameters_of(network()));
    EXPECT_EQ(found->before.zeros, 0);
    EXPECT_EQ(found->after.macs, macs_of(after));
    EXPECT_EQ(found->after.parameters, parameters_of(after));
    EXPECT_NEAR(double(found->after.weights - found->after.zeros) / double(found->after.weights),
                density_of(after), 1e-9);
    std::int64_t macs = 0;
    for (const LayerChange& layer : found->layers) macs += layer.after.value().macs;
    EXPECT_EQ(macs, macs_of(after));
    EXPECT_EQ(found->layers.size(), 6u);
    EXPECT_GT(found->before.estimated_ms, 0);
    EXPECT_GT(found->after.weights_bytes, 0);
    EXPECT_THAT(found->unknown, HasSubstr("the accuracy"));
  }
}

TEST(Prediction, GroupsSayWhatGoesAndWhyTheRestStays) {
  const auto found = predicted("channel_prune:macs=0.5:keep=wide");
  ASSERT_TRUE(found) << found.error().message();
  ASSERT_EQ(found->groups.size(), 4u);
  const auto& [stem, in, wide, fc] =
      std::tie(found->groups[0], found->groups[1], found->groups[2], found->groups[3]);
  EXPECT_THAT(stem.layers, ElementsAre("stem", "out"));
  EXPECT_EQ(stem.before, 12);
  EXPECT_LT(stem.after + in.after, 22);
  EXPECT_EQ(in.stays, "");
  EXPECT_EQ(wide.stays, "keep=wide");
  EXPECT_EQ(wide.after, 24);
  EXPECT_THAT(wide.layers, ElementsAre("wide", "depthwise"));
  EXPECT_THAT(fc.stays, HasSubstr("outputs"));
  const LayerChange& depthwise = found->layers[4];
  EXPECT_EQ(depthwise.name, "depthwise");
  EXPECT_THAT(depthwise.kind, AllOf(HasSubstr("Conv"), HasSubstr("depthwise")));
  EXPECT_EQ(found->layers[0].after->out, stem.after);
}

// Nothing here could train: there are no images.
TEST(Prediction, RetrainingIsJudgedAndLeftOut) {
  const auto taylor = predicted("channel_prune:macs=0.5:criterion=taylor:epochs=9:teacher=dense");
  ASSERT_TRUE(taylor) << taylor.error().message();
  EXPECT_EQ(taylor->after.macs, predicted("channel_prune:macs=0.5")->after.macs);
  EXPECT_THAT(taylor->unknown, HasSubstr("criterion=taylor chooses by gradients, here l1 did"));
  const auto zeros = predicted("weight_prune:zeros=0.5:epochs=9");
  ASSERT_TRUE(zeros) << zeros.error().message();
  EXPECT_THAT(zeros->unknown, HasSubstr("retraining in weight_prune"));
  for (const char* text : {"channel_prune:macs=0.5:criterion=taylor", "quantise:type=bf16:epochs=2",
                           "none:teacher=dense", "none:epochs=many", "weight_prune:zeros=2"})
    EXPECT_FALSE(predicted(text)) << text;
}

TEST(Prediction, MeasuredTimesAreThoseOfTheStep) {
  auto asked = std::make_shared<int>(0);
  CompressOptions options;
  options.layer_ms = [asked](const Graph& layer) -> Result<double> {
    ++*asked;
    return 1e-6 * double(macs_of(layer));  // a nanosecond a multiply-add
  };
  const auto found = predicted("channel_prune:latency=0.5", options);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_NEAR(*found->measured_before_ms, 1e-6 * double(macs_of(network())), 1e-5);
  EXPECT_NEAR(*found->measured_after_ms, 1e-6 * double(found->after.macs), 1e-4);
  EXPECT_LE(*found->measured_after_ms, 0.5 * *found->measured_before_ms);
  const int once = *asked;
  ASSERT_TRUE(compress(network(), parse_chain("channel_prune:latency=0.5").value(), options));
  EXPECT_GE(*asked - once, once);  // the second look into the table measured nothing
  EXPECT_FALSE(predicted("channel_prune:macs=0.5")->measured_before_ms);
}

}  // namespace
}  // namespace dlis
