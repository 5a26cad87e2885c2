// Tests of classes and energy of a session.
#include "dlis/runtime/classes.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "dlis/base/clock.h"
#include "dlis/base/test_folder.h"
#include "dlis/runtime/measure.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Classes, AreTheFirstOfTheLargest) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(class_of(std::vector{1.0f, 3.0f, 3.0f}), 1);
  EXPECT_EQ(class_of(std::vector{-2.0f, -1.0f}), 1);
  EXPECT_EQ(class_of(std::vector{1.0f, nan}), -1);
}

// One channel of 2 x 2 pixels to four logits: the classes are the places of the brightest pixels.
Session flattened(std::int64_t batch) {
  GraphBuilder b;
  const ValueId x = b.input({batch, 1, 2, 2});
  const auto plan = make_plan(b.finish({b.node("Flatten", {x}, axis_attribute(1))}), {});
  EXPECT_TRUE(plan) << plan.error().message();
  return std::move(*Session::open(*plan));
}

TEST(Classes, OfAnyNumberOfImagesInBatches) {
  const std::vector<float> pixels{0, 9, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 9, 0, -1, -1, -1, -2};
  for (const std::int64_t batch : {1, 2, 3, 8}) {
    Session session = flattened(batch);
    std::vector<std::int64_t> told;
    const auto classes = classes_of(session, std::vector{Tensor::of<float>({5, 1, 2, 2}, pixels)},
                                    [&](std::int64_t done) { told.push_back(done); });
    ASSERT_TRUE(classes) << classes.error().message();
    EXPECT_THAT(*classes, ElementsAre(1, 3, 0, 2, 0)) << batch;
    EXPECT_EQ(told.size(), std::size_t((5 + batch - 1) / batch));
  }
}

TEST(Classes, OtherImagesAreRefused) {
  Session session = flattened(1);
  for (const Shape& shape : {Shape{1, 1, 2, 3}, Shape{1, 4}, Shape{}}) {
    const auto classes = classes_of(session, std::vector{Tensor(DType::f32, shape)}, {});
    ASSERT_FALSE(classes);
    EXPECT_THAT(classes.error().message(), HasSubstr("the network takes"));
  }
  EXPECT_FALSE(classes_of(session, std::vector{Tensor(DType::u8, {1, 1, 2, 2})}, {}));
}

TEST(Classes, ANetworkOfTwoInputsTakesBoth) {
  GraphBuilder b;
  const ValueId x = b.input({2, 3}), y = b.input({2, 3});
  const auto plan = make_plan(b.finish({b.node("Add", {x, y})}), {});
  ASSERT_TRUE(plan) << plan.error().message();
  Session session = std::move(*Session::open(*plan));
  const Tensor a = Tensor::of<float>({3, 3}, std::vector<float>{0, 2, 0, 1, 0, 0, 0, 0, 1});
  const Tensor c = Tensor::of<float>({3, 3}, std::vector<float>{3, 0, 0, 0, 0, 3, 0, 0, 1});
  const auto classes = classes_of(session, std::vector{a, c}, {});
  ASSERT_TRUE(classes) << classes.error().message();
  EXPECT_THAT(*classes, ElementsAre(0, 2, 2));
  EXPECT_FALSE(classes_of(session, std::vector{a}, {}));
  EXPECT_FALSE(classes_of(session, std::vector{a, Tensor(DType::f32, {2, 3})}, {}));
}

TEST(Measure, EnergyIsThatOfOneRun) {
  Session session = flattened(1);
  const TestFolder root("energy");
  auto energy = measure_energy(session, 0.01, root.path);
  ASSERT_TRUE(energy);
  EXPECT_FALSE(*energy);
  root.put("sys/class/hwmon/hwmon0/name", "ina219\n");
  root.put("sys/class/hwmon/hwmon0/power1_input", "3000000\n");  // 3 W
  const double start = now_ms();
  energy = measure_energy(session, 0.05, root.path);
  ASSERT_TRUE(energy && *energy);
  EXPECT_GT(**energy, 0);
  EXPECT_LT(**energy, 3 * (now_ms() - start) / 10);  // there were more than ten runs
}

}  // namespace
}  // namespace dlis
