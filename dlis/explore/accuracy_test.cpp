// Intervals against published values, agreement by hand.
#include "dlis/explore/accuracy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dlis/runtime/session.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

// Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17, 1998, table
// I, method 3 (score without continuity correction).
TEST(WilsonInterval, AgreesWithPublishedValues) {
  struct Case {
    std::int64_t correct, images;
    double low, high;
  };
  for (const Case& c : {Case{81, 263, 25.53, 36.62}, Case{15, 148, 6.24, 16.05},
                        Case{0, 20, 0, 16.11}, Case{1, 29, 0.61, 17.18}}) {
    const Interval interval = wilson_interval(c.correct, c.images);
    EXPECT_NEAR(interval.low, c.low, 0.006) << c.correct << " of " << c.images;
    EXPECT_NEAR(interval.high, c.high, 0.006) << c.correct << " of " << c.images;
  }
}

TEST(WilsonInterval, StaysWithinBounds) {
  EXPECT_EQ(wilson_interval(0, 0).low, 0);
  EXPECT_EQ(wilson_interval(0, 0).high, 100);
  EXPECT_NEAR(wilson_interval(0, 10).low, 0, 1e-9);
  EXPECT_NEAR(wilson_interval(10, 10).high, 100, 1e-9);
}

TEST(Agreement, CountsEqualAnswers) {
  Accuracy a, b;
  a.predictions = {1, 2, 3, 4};
  b.predictions = {1, 2, 3, 9};
  EXPECT_EQ(agreement_of(a, b), 75);
  EXPECT_EQ(agreement_of(a, a), 100);
}

// Reshapes whose extents follow the batch: of an image, or of as many as come, one long row.
Graph rows_network(Ints behind) {
  const auto attribute = [](const char* name, Ints values) {
    Attributes a;
    a.set(name, std::move(values));
    return a;
  };
  GraphBuilder b;
  const ValueId row =
      b.node("Reshape", {b.input({1, 3, 32, 32})}, attribute("shape", {1, 3, 1, -1}));
  Attributes conv = attribute("kernel_shape", {1, 3});
  conv.set("strides", Ints{1, 1});
  conv.set("dilations", Ints{1, 1});
  conv.set("pads", Ints{0, 1, 0, 1});
  conv.set("group", std::int64_t(1));
  const ValueId y = b.node("Conv", {row, b.weights({4, 3, 1, 3}), b.weights({4})}, conv);
  const ValueId images = b.node("Reshape", {y}, attribute("shape", std::move(behind)));
  const ValueId means = b.node("GlobalAveragePool", {images});
  return b.finish({b.node("Reshape", {means}, attribute("shape", {-1, 4}))});
}

Dataset noise(std::int64_t images) {
  Dataset data;
  data.images = Tensor(DType::u8, {images, 32, 32, 3});
  Rng rng{3};
  for (std::uint8_t& byte : data.images.edit<std::uint8_t>()) byte = std::uint8_t(rng.below(256));
  data.labels.assign(std::size_t(images), -1);
  return data;
}

TEST(Accuracy, ANetworkThatMakesOneAnswerOfABatchSeesImagesOneByOne) {
  const Graph graph = rows_network({1, 4, 1, -1});
  PlanOptions options;
  options.tune = Tune::off;
  const auto plan = make_plan(graph, options);
  ASSERT_TRUE(plan) << plan.error().message();
  Dataset data = noise(8);
  data.labels = {0, 1, 2, 3, 0, 1, 2, -1};
  const auto accuracy = accuracy_of(graph, **plan, data);
  ASSERT_TRUE(accuracy) << accuracy.error().message();
  double loss = 0;
  auto session = Session::open(*plan);
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const Tensor out = (*session->run(batch_of(data, {}, i, 1)))[0];
    const auto logits = out.as<float>();
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    EXPECT_EQ(accuracy->predictions[std::size_t(i)], best) << i;
    double sum = 0;
    for (float logit : logits) sum += std::exp(double(logit));
    const std::int32_t label = data.labels[std::size_t(i)];
    if (label >= 0) loss -= std::log(std::exp(double(logits[std::size_t(label)])) / sum) / 7;
  }
  EXPECT_NEAR(accuracy->loss.value_or(-1), loss, 1e-6);
}

}  // namespace
}  // namespace dlis
