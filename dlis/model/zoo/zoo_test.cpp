// The built-in networks have the published parameters and multiply-adds.
#include "dlis/model/zoo/zoo.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

#include "dlis/model/op.h"

namespace dlis {
namespace {

struct Published {
  const char* name;
  double parameters, macs;  // in millions
  double tolerance;         // of both, as a share: the rounding of the published figures
  std::int64_t classes;
};

// Sources: the papers; torchvision's table for the ImageNet forms (resnet18 11.7 M / 1.81 G,
// mobilenet_v2 3.5 M / 0.30 G, vgg16 138.4 M / 15.47 G, resnet50 25.6 M / 4.09 G);
// He et al. 2016, table 6, for resnet20 and resnet56.
constexpr Published kPublished[] = {
    {"vgg16", 14.99, 313.5, 0.002, 10},
    {"vgg16@224", 138.36, 15470, 0.001, 1000},
    {"resnet18", 11.17, 555.4, 0.002, 10},
    {"resnet18@224", 11.69, 1814, 0.002, 1000},
    {"resnet20", 0.27, 41, 0.02, 10},
    {"resnet56", 0.86, 126, 0.02, 10},
    {"resnet50@224", 25.56, 4089, 0.002, 1000},
    {"mobilenet_v1", 3.22, 46.3, 0.005, 10},
    {"mobilenet_v1@224", 4.23, 569, 0.005, 1000},
    {"mobilenet_v2@224", 3.50, 301, 0.005, 1000},
};

class Zoo : public testing::TestWithParam<Published> {};

TEST_P(Zoo, PublishedFigures) {
  const Published& row = GetParam();
  const auto graph = build_model(row.name);
  ASSERT_TRUE(graph) << graph.error().message();
  EXPECT_NEAR(double(parameters_of(*graph)) / 1e6, row.parameters, row.tolerance * row.parameters);
  EXPECT_NEAR(double(macs_of(*graph)) / 1e6, row.macs, row.tolerance * row.macs);
  EXPECT_EQ(graph->value(graph->outputs[0]).shape, (Shape{1, row.classes}));
  EXPECT_EQ(graph->value(graph->inputs[0]).name, "input");
  EXPECT_EQ(graph->value(graph->outputs[0]).name, "logits");
}

INSTANTIATE_TEST_SUITE_P(Forms, Zoo, testing::ValuesIn(kPublished), [](const auto& form) {
  std::string name = form.param.name;
  for (char& c : name)
    if (c == '@') c = '_';
  return name;
});

TEST(ZooLayers, Vgg16Convolutions) {
  const auto graph = build_model("vgg16");
  ASSERT_TRUE(graph);
  std::int64_t parameters = 0, macs = 0, convolutions = 0;
  for (const Node& node : graph->nodes) {
    if (std::strcmp(node.op->name, "Conv") != 0) continue;
    parameters += graph->value(node.inputs[1]).shape->elements();
    macs += macs_of(*graph, node);
    ++convolutions;
  }
  EXPECT_EQ(convolutions, 13);
  EXPECT_EQ(parameters, 14'710'464);
  EXPECT_NEAR(double(macs), 313.2e6, 0.05e6);
}

TEST(ZooLayers, TwoBranchesOfSensors) {
  const auto graph = build_model("two_branch");
  ASSERT_TRUE(graph) << graph.error().message();
  ASSERT_EQ(graph->inputs.size(), 2u);
  EXPECT_EQ(graph->value(graph->inputs[0]).name, "accelerometer");
  EXPECT_EQ(graph->value(graph->inputs[1]).name, "gyroscope");
  for (const ValueId input : graph->inputs)
    EXPECT_EQ(graph->value(input).shape, (Shape{1, 3, 128}));
  EXPECT_EQ(graph->value(graph->outputs[0]).shape, (Shape{1, 6}));
  // Weights, BatchNormalization (2 a channel), the dense layer's bias.
  const std::int64_t branch = 24 * 3 * 7 + 32 * 24 * 5 + 48 * 32 * 3 + 2 * (24 + 32 + 48);
  EXPECT_EQ(parameters_of(*graph), 2 * branch + 64 * 96 * 3 + 2 * 64 + 64 * 6 + 6);
  const std::int64_t steps = 64 * (24 * 3 * 7) + 32 * (32 * 24 * 5) + 32 * (48 * 32 * 3);
  EXPECT_EQ(macs_of(*graph), 2 * steps + 16 * (64 * 96 * 3) + 64 * 6);
}

TEST(ZooNames, FormsAndErrors) {
  for (const ModelRow* row : models()) {
    EXPECT_EQ(is_model_name(row->name), row->cifar || row->of_data) << row->name;
    EXPECT_EQ(is_model_name(std::string(row->name) + "@224"), row->imagenet) << row->name;
  }
  for (const char* name : {"", "vgg", "vgg16@", "vgg16@64", "vgg16@224@224", "resnet20@224"}) {
    EXPECT_FALSE(is_model_name(name)) << name;
    EXPECT_FALSE(build_model(name)) << name;
  }
  EXPECT_THAT(build_model("resnet21").error().message(), testing::HasSubstr("resnet20"));
  EXPECT_THAT(build_model("resnet20@224").error().message(), testing::HasSubstr("CIFAR-10"));
  EXPECT_THAT(build_model("two_branch@224").error().message(), testing::HasSubstr("sensors"));
}

TEST(ZooWeights, FollowTheSeedAndAreTame) {
  const auto a = build_model("resnet20", 1), b = build_model("resnet20", 1),
             c = build_model("resnet20", 2);
  ASSERT_TRUE(a && b && c);
  bool differs = false;
  double sum = 0, squares = 0, count = 0;
  for (std::size_t i = 0; i < a->values.size(); ++i) {
    const Tensor &x = a->values[i].constant, &y = b->values[i].constant, &z = c->values[i].constant;
    if (!x.has_value()) continue;
    EXPECT_EQ(std::memcmp(x.data(), y.data(), x.bytes()), 0);
    differs |= std::memcmp(x.data(), z.data(), x.bytes()) != 0;
    if (x.shape() != Shape{64, 64, 3, 3}) continue;
    for (const float w : x.as<float>()) sum += w, squares += double(w) * w, ++count;
  }
  EXPECT_TRUE(differs);
  EXPECT_NEAR(sum / count, 0, 1e-3);
  EXPECT_NEAR(std::sqrt(squares / count), std::sqrt(2.0 / (64 * 9)), 1e-3);
}

}  // namespace
}  // namespace dlis
