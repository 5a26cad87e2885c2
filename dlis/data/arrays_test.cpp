// Tests arrays of networks with any inputs, and the recordings that are made for them.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/base/file.h"
#include "dlis/base/limits.h"
#include "dlis/base/test_folder.h"
#include "dlis/data/dataset.h"
#include "dlis/data/sensors.h"
#include "dlis/format/npy.h"

namespace dlis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<DataInput> kInputs{{"left/x:0", {1, 2, 3}}, {"right", {1, 2}}};

Tensor counted(const Shape& shape) {
  Tensor tensor(DType::f32, shape);
  float next = 0;
  for (float& x : tensor.edit<float>()) x = next++;
  return tensor;
}

struct Arrays {
  TestFolder folder{"arrays"};
  Arrays() { write("."); }
  void write(const std::string& part) const {
    std::filesystem::create_directories(folder.path / part);
    save(part + "/left_x_0.npy", counted({5, 2, 3}));
    save(part + "/right.npy", counted({5, 2}));
    save(part + "/labels.npy", Tensor::ints(std::vector<std::int64_t>{0, 1, 2, -1, 1}));
  }
  void save(const std::string& name, const Tensor& tensor) const {
    ASSERT_TRUE(save_npy(tensor, folder.path / name));
  }
  std::string spec(const std::string& more = "") const {
    return "arrays:" + folder.path.string() + more;
  }
  std::string problem(const std::string& more = "",
                      const std::vector<DataInput>& inputs = kInputs) const {
    const auto data = load_dataset(spec(more), inputs);
    return data ? "no error" : data.error().message();
  }
};

TEST(Arrays, OneForEachInputInTheirOrder) {
  const Arrays files;
  const auto data = load_dataset(files.spec(), kInputs);
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(data->size(), 5);
  EXPECT_THAT(data->labels, ElementsAre(0, 1, 2, -1, 1));
  const auto batch = batch_of(*data, {}, 3, 2);
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch[0].shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(batch[0].as<float>()[0], 18);
  EXPECT_THAT(std::vector(batch[1].as<float>().begin(), batch[1].as<float>().end()),
              ElementsAre(6, 7, 8, 9));
  EXPECT_TRUE(check_inputs(*data, kInputs));
  EXPECT_FALSE(check_inputs(*data, {kInputs[0]}));
  EXPECT_FALSE(check_inputs(*data, {kInputs[1], kInputs[0]}));
}

TEST(Arrays, LimitsSamplesAndInputsLeftOut) {
  const Arrays files;
  const auto few = load_dataset(files.spec("?limit=2"), kInputs);
  ASSERT_TRUE(few) << few.error().message();
  EXPECT_EQ(few->arrays[0].shape(), (Shape{2, 2, 3}));
  EXPECT_THAT(few->labels, ElementsAre(0, 1));
  const auto all = load_dataset(files.spec(), kInputs);
  const Dataset some = sample_of(*all, 2);
  EXPECT_THAT(some.labels, ElementsAre(0, 2));
  EXPECT_EQ(some.arrays[1].as<float>()[2], 4);
  const auto blind = load_dataset(files.spec("?without=right"), kInputs);
  ASSERT_TRUE(blind) << blind.error().message();
  for (const float x : blind->arrays[1].as<float>()) EXPECT_EQ(x, 0);
  EXPECT_EQ(blind->arrays[0].as<float>()[7], 7);
  EXPECT_NE(blind->content_hash(), all->content_hash());
  EXPECT_THAT(files.problem("?without=rihgt"), HasSubstr("did you mean right?"));
}

TEST(Arrays, FoldersOfTrainingTestAndHeldOut) {
  const Arrays files;
  for (const char* part : {"train", "test"}) files.write(part);
  EXPECT_EQ(load_dataset(files.spec(), kInputs)->split, "test");
  EXPECT_EQ(load_dataset(training_spec(files.spec("?limit=3")), kInputs)->split, "train");
  EXPECT_EQ(held_out_spec(files.spec()), files.spec("?split=train"));
  EXPECT_EQ(training_spec(files.spec("?split=test&without=right&limit=1")),
            files.spec("?split=train&without=right"));
  EXPECT_THAT(files.problem("?split=heldout"), HasSubstr("unknown split"));
  files.write("heldout");
  EXPECT_EQ(load_dataset(held_out_spec(files.spec()), kInputs)->split, "heldout");
}

TEST(Arrays, OtherTypesAreConverted) {
  const Arrays files;
  files.save("right.npy", counted({5, 2}).converted(DType::i32));
  files.save("labels.npy", Tensor::of<std::uint8_t>({5}, std::vector<std::uint8_t>{4, 3, 2, 1, 0}));
  const auto data = load_dataset(files.spec(), kInputs);
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(data->arrays[1].as<float>()[9], 9);
  EXPECT_THAT(data->labels, ElementsAre(4, 3, 2, 1, 0));
}

TEST(Arrays, OneSentenceForEveryDamage) {
  const Arrays files;
  EXPECT_THAT(files.problem("/none"), AllOf(HasSubstr("there is no such folder"),
                                            HasSubstr("left_x_0.npy (N x 2 x 3), right.npy")));
  files.save("right.npy", counted({4, 2}));
  EXPECT_THAT(files.problem(), HasSubstr("it has 4 examples, but there are 5 labels"));
  files.save("right.npy", counted({5, 3}));
  EXPECT_THAT(files.problem(), HasSubstr("5 labels need 5x2"));
  Tensor bad = counted({5, 2});
  for (const float wrong : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    bad.edit<float>()[7] = wrong;
    files.save("right.npy", bad);
    EXPECT_THAT(files.problem(), AllOf(HasSubstr("example 3 holds"), HasSubstr("right.npy")));
    EXPECT_EQ(files.problem("?limit=3"), "no error");
  }
  files.folder.put("right.npy", "\x93NUMPY");
  EXPECT_THAT(files.problem(), HasSubstr("truncated"));
  std::filesystem::remove(files.folder.path / "right.npy");
  EXPECT_THAT(files.problem(), HasSubstr("there is no right.npy"));
  EXPECT_THAT(files.problem("", {{"odd", Shape{}}}), HasSubstr("'odd' has no batch axis"));
}

TEST(Arrays, LabelsAreAListOfWholeNumbers) {
  const Arrays files;
  files.save("labels.npy", counted({5}));
  EXPECT_THAT(files.problem(), HasSubstr("labels are whole numbers, these are f32"));
  files.save("labels.npy", Tensor::ints(std::vector<std::int64_t>(10)).reshaped({5, 2}));
  EXPECT_THAT(files.problem(), HasSubstr("labels are a list of N, these are 5x2"));
  files.save("labels.npy", Tensor::ints(std::vector<std::int64_t>{0, -2, 0, 0, 0}));
  EXPECT_THAT(files.problem(), HasSubstr("example 1 has the label -2"));
  files.save("labels.npy", Tensor::ints(std::vector<std::int64_t>{0, 0, kMostClasses, 0, 0}));
  EXPECT_THAT(files.problem(), HasSubstr("example 2 has the label 1000000"));
  files.save("labels.npy", Tensor::ints(std::vector<std::int64_t>{}));
  EXPECT_THAT(files.problem(), HasSubstr("there are no examples"));
  std::filesystem::remove(files.folder.path / "labels.npy");
  EXPECT_THAT(files.problem(), HasSubstr("there is no labels.npy"));
}

TEST(Arrays, ImagesNeedOneInputAndNoiseTakesAny) {
  const auto images = load_dataset("cifar10:x", kInputs);
  EXPECT_THAT(images.error().message(), HasSubstr("the network has 2 inputs, images need one"));
  const auto noise = load_dataset("synthetic:4", kInputs),
             again = load_dataset("synthetic:4", kInputs);
  ASSERT_TRUE(noise && again);
  EXPECT_EQ(noise->arrays[0].shape(), (Shape{4, 2, 3}));
  EXPECT_EQ(noise->content_hash(), again->content_hash());
  EXPECT_THAT(load_dataset("synthetic:999999999999999", kInputs).error().message(),
              HasSubstr("need more than"));
}

// Of one axis-free number a step: the length of the vector.
double mean_length(std::span<const float> window) {
  double sum = 0;
  for (std::size_t t = 0; t < std::size_t(kSensorSteps); ++t) {
    double square = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double x = window[axis * std::size_t(kSensorSteps) + t];
      square += x * x;
    }
    sum += std::sqrt(square) / double(kSensorSteps);
  }
  return sum;
}

double mean_over_windows(std::string_view activity, bool gyroscope) {
  const auto all = activities();
  const auto at = std::size_t(std::ranges::find(all, activity) - all.begin());
  Rng rng(3);
  double sum = 0;
  for (int i = 0; i < 40; ++i) {
    std::vector<float> forces(3 * kSensorSteps), turns(3 * kSensorSteps);
    record_window(at, random_wearer(rng), rng, forces, turns);
    sum += mean_length(gyroscope ? turns : forces) / 40;
  }
  return sum;
}

TEST(Sensors, PhysicsIsWhatItShouldBe) {
  EXPECT_NEAR(mean_over_windows("still", false), 1, 0.01);  // gravity
  EXPECT_NEAR(mean_over_windows("turning", false), 1, 0.01);
  EXPECT_LT(mean_over_windows("still", true), 0.2);
  EXPECT_GT(mean_over_windows("turning", true), 0.6);
  EXPECT_NEAR(mean_over_windows("walking", true), mean_over_windows("stairs", true), 0.1);
  EXPECT_GT(mean_over_windows("running", true), mean_over_windows("walking", true));
}

TEST(Sensors, TheSameBytesForTheSameSeed) {
  const TestFolder folder("sensors");
  for (const auto& [name, seed] : {std::pair("a", 1), {"b", 1}, {"c", 2}})
    ASSERT_TRUE(make_sensors(folder.path / name, 60, std::uint64_t(seed)));
  const std::vector<DataInput> inputs{{"accelerometer", {1, 3, 128}}, {"gyroscope", {1, 3, 128}}};
  const auto load = [&](const std::string& name) {
    return load_dataset("arrays:" + (folder.path / name).string(), inputs);
  };
  const auto a = load("a?split=train"), b = load("b?split=train"), c = load("c?split=train");
  ASSERT_TRUE(a && b && c) << a.error().message();
  EXPECT_EQ(a->size(), 42);
  EXPECT_EQ(load("a?split=heldout")->size(), 6);
  EXPECT_EQ(load("a")->size(), 12);
  EXPECT_EQ(a->content_hash(), b->content_hash());
  EXPECT_NE(a->content_hash(), c->content_hash());
  EXPECT_THAT(*read_text(folder.path / "a/classes.txt"), HasSubstr("walking\nstairs\n"));
  EXPECT_FALSE(make_sensors(folder.path / "d", 59, 1));
  EXPECT_FALSE(make_sensors(folder.path / "d", std::int64_t(1) << 50, 1));
  folder.put("file", "x");
  EXPECT_THAT(make_sensors(folder.path / "file/x", 60, 1).error().message(),
              HasSubstr("no folder can be made"));
  // Nobody's recordings are written over.
  EXPECT_THAT(make_sensors(folder.path / "a", 60, 2).error().message(), HasSubstr("not empty"));
  EXPECT_EQ(load("a?split=train")->content_hash(), a->content_hash());
}

}  // namespace
}  // namespace dlis
