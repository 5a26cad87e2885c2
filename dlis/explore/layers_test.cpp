// What layers take is kept and read again, and is that of the plan that ran.
#include "dlis/explore/layers.h"

#include <gmock/gmock.h>

#include "dlis/explore/load.h"

namespace dlis {
namespace {

TEST(Layers, EveryStepOfAPlanHasItsTimeAndBytes) {
  PlanOptions options;
  options.tune = Tune::off;
  const auto plan = make_plan(load_model("resnet20").value(), options).value();
  Session session = Session::open(plan).value();
  const auto layers = layer_costs(*plan, step_times(session, 0.01).value());
  ASSERT_EQ(layers.size(), plan->steps.size());
  std::int64_t bytes = 0, with_weights = 0;
  for (const LayerCost& layer : layers) {
    EXPECT_GT(layer.ms, 0) << layer.name;
    EXPECT_NE(layer.row, "");
    bytes += layer.bytes;
    with_weights += !layer.format.empty();
    EXPECT_EQ(layer.type, layer.format.empty() ? "" : "f32");
  }
  EXPECT_EQ(with_weights, 20);  // 19 convolutions and the classifier
  EXPECT_EQ(bytes, std::int64_t(plan->weights_bytes));
  EXPECT_EQ(layers_from_json(to_json(layers)).value(), layers);
}

TEST(Layers, WhatAreNoLayersIsRefused) {
  for (const char* text : {"", "{}", "[1]", R"([{"name": "a"}])", "[[[[",
                           R"([{"name":"a","op":"b","row":"c","format":"d","ms":"1","bytes":1}])"})
    EXPECT_FALSE(layers_from_json(text)) << text;
  EXPECT_TRUE(layers_from_json("[]").value().empty());
}

TEST(Layers, TextThatIsNoUtf8StaysReadable) {
  EXPECT_TRUE(layers_from_json(to_json({{"a\xff</script>", "", "", "", 1, 2}})));
}

}  // namespace
}  // namespace dlis
