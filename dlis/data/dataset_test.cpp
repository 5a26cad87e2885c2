// Tests the data line, CIFAR-10 and synthetic images with everything that can be wrong about them.
#include "dlis/data/dataset.h"

#include <gmock/gmock.h>

#include "dlis/base/test_folder.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const Shape kCifar{1, 3, 32, 32};
const std::string kDemo = std::string("cifar10:") + DLIS_SOURCE_DIR + "/data/cifar10";

std::string problem(const std::string& spec, const Shape& shape = kCifar) {
  const auto data = load_dataset(spec, shape);
  return data ? "no error" : data.error().message();
}

// `count` records; byte j of record i is i + j, the label i % 10.
std::string records(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    bytes += char(i % 10);
    for (int j = 0; j < 3072; ++j) bytes += char(i + j);
  }
  return bytes;
}

TEST(Cifar10, TheDemoImages) {
  const auto data = load_dataset(kDemo, kCifar);
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(data->images.shape(), (Shape{1000, 32, 32, 3}));
  EXPECT_EQ(data->split, "test");
  EXPECT_EQ(data->classes, 10);
  // The first test images are a cat, two ships and an aeroplane.
  EXPECT_THAT(std::vector(data->labels.begin(), data->labels.begin() + 4), ElementsAre(3, 8, 8, 0));
  EXPECT_EQ(data->images.as<std::uint8_t>()[0], 158);  // red of its first pixel: 158, 112, 49
  EXPECT_EQ(data->images.as<std::uint8_t>()[1], 112);
  EXPECT_EQ(data->images.as<std::uint8_t>()[2], 49);
}

TEST(Cifar10, PlanesBecomeChannelsLastAndTheLimitCounts) {
  const TestFolder folder("cifar");
  folder.put("test_batch.bin", records(7));
  const auto data = load_dataset("cifar10:" + folder.path.string() + "?limit=5", kCifar);
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(data->size(), 5);
  const auto bytes = data->images.as<std::uint8_t>();
  for (int n = 0; n < 5; ++n)
    for (int p = 0; p < 1024; ++p)
      for (int c = 0; c < 3; ++c)
        ASSERT_EQ(bytes[std::size_t((n * 1024 + p) * 3 + c)], std::uint8_t(n + c * 1024 + p));
  EXPECT_THAT(data->labels, ElementsAre(0, 1, 2, 3, 4));
}

TEST(Cifar10, TrainingImagesComeFromFiveFilesAsFarAsNeeded) {
  const TestFolder folder("cifar");
  folder.put("cifar-10-batches-bin/data_batch_1.bin", records(4));
  folder.put("cifar-10-batches-bin/data_batch_2.bin", records(3));
  const std::string spec = "cifar10:" + folder.path.string() + "?split=train";
  const auto data = load_dataset(spec + "&limit=6", kCifar);
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_THAT(data->labels, ElementsAre(0, 1, 2, 3, 0, 1));
  EXPECT_THAT(problem(spec), HasSubstr("there is no data_batch_3.bin"));
}

TEST(Cifar10, HeldOutAreTheLastFiveThousand) {
  const TestFolder folder("cifar");
  folder.put("data_batch_5.bin", records(5003));
  const std::string spec = "cifar10:" + folder.path.string() + "?split=heldout";
  const auto data = load_dataset(spec, kCifar);
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(data->size(), 5000);
  const auto first = load_dataset(spec + "&limit=2", kCifar);
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_THAT(first->labels, ElementsAre(3, 4));
  EXPECT_EQ(held_out_spec("cifar10:some/folder?split=test&limit=5"),
            "cifar10:some/folder?split=heldout");
  EXPECT_EQ(held_out_spec("synthetic:8?seed=2"), "synthetic:8?seed=2");
}

TEST(Cifar10, OneSentenceForEveryDamage) {
  const TestFolder folder("cifar");
  const std::string spec = "cifar10:" + folder.path.string();
  EXPECT_THAT(problem(spec),
              AllOf(HasSubstr("there is no test_batch.bin"), HasSubstr("3073 bytes")));
  EXPECT_THAT(problem(spec + "/none"), HasSubstr("there is no such folder"));
  folder.put("test_batch.bin", "");
  EXPECT_THAT(problem(spec), HasSubstr("the file is empty"));
  folder.put("test_batch.bin", records(2).substr(0, 4000));
  EXPECT_THAT(problem(spec), AllOf(HasSubstr("has 4000 bytes"), HasSubstr("927 bytes left over"),
                                   HasSubstr("30730000")));
  folder.put("test_batch.bin", records(1) + std::string(3073, '\x63'));
  EXPECT_THAT(problem(spec), HasSubstr("record 1 has the label 99"));
  EXPECT_THAT(problem(spec, {1, 3, 224, 224}), HasSubstr("the network takes images of 224x224x3"));
  EXPECT_THAT(problem(spec, {1, 10}), HasSubstr("the network's input is 1x10"));
  EXPECT_THAT(problem(spec + "?split=tets"), HasSubstr("did you mean test?"));
}

TEST(Dataset, TheLineIsChecked) {
  EXPECT_THAT(problem("cifar:x"), AllOf(HasSubstr("unknown kind of data"), HasSubstr("cifar10")));
  EXPECT_THAT(problem("cifar10"), HasSubstr("cifar10:DIR?split=test|train|heldout&limit=N"));
  EXPECT_THAT(problem("cifar10:"), HasSubstr("nothing follows the colon"));
  EXPECT_THAT(problem(""), HasSubstr("unknown kind of data"));
  EXPECT_THAT(problem(kDemo + "?limits=3"), HasSubstr("did you mean limit?"));
  EXPECT_THAT(problem(kDemo + "?limit"), HasSubstr("'limit' has no value"));
  EXPECT_THAT(problem(kDemo + "?limit=0"), HasSubstr("limit must be at least 1"));
  EXPECT_THAT(problem(kDemo + "?limit=many"), HasSubstr("'many' is not a whole number"));
  EXPECT_THAT(problem(kDemo + "?limit=1&limit=2"), HasSubstr("given twice"));
  EXPECT_EQ(problem(kDemo + "?limit=1"), "no error");
}

TEST(Synthetic, TheSameImagesEveryTime) {
  const Shape shape{1, 3, 5, 7};
  const auto a = load_dataset("synthetic:4", shape), b = load_dataset("synthetic:4", shape);
  const auto c = load_dataset("synthetic:4?seed=2", shape);
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(a->images.shape(), (Shape{4, 5, 7, 3}));
  EXPECT_THAT(a->labels, ElementsAre(-1, -1, -1, -1));
  EXPECT_EQ(a->content_hash(), b->content_hash());
  EXPECT_NE(a->content_hash(), c->content_hash());
  EXPECT_EQ(load_dataset("synthetic:9?limit=2", shape)->size(), 2);
  EXPECT_THAT(problem("synthetic:0"), HasSubstr("at least 1"));
  EXPECT_THAT(problem("synthetic:x"), HasSubstr("'x' is not a whole number"));
  EXPECT_THAT(problem("synthetic:999999999999999"), HasSubstr("need more than"));
}

TEST(Dataset, TheHashSeesImagesAndLabels) {
  auto data = load_dataset("synthetic:2", kCifar).value();
  const std::string before = data.content_hash();
  data.labels[1] = 4;
  EXPECT_NE(data.content_hash(), before);
  data.labels[1] = -1;
  EXPECT_EQ(data.content_hash(), before);
  data.images.edit<std::uint8_t>()[6143] ^= 1;
  EXPECT_NE(data.content_hash(), before);
}

TEST(Preprocessing, FromMetadata) {
  const auto how = preprocessing_of({{"mean", "0.485 0.456 0.406"},
                                     {"std", ".229/.224/.225"},
                                     {"order", "BGR"},
                                     {"scale", "1"},
                                     {"resize", "256"},
                                     {"crop", "224"},
                                     {"dataset", "imagenet"}});
  ASSERT_TRUE(how) << how.error().message();
  EXPECT_THAT(how->mean, ElementsAre(.485f, .456f, .406f));
  EXPECT_THAT(how->std, ElementsAre(.229f, .224f, .225f));
  EXPECT_TRUE(how->bgr);
  EXPECT_EQ(how->scale, 1);
  EXPECT_EQ(how->resize, 256);
  EXPECT_EQ(how->crop, 224);
  EXPECT_THAT(preprocessing_of({{"mean", "[0.5, 0.25,0]"}})->mean, ElementsAre(.5f, .25f, 0));
  EXPECT_EQ(preprocessing_of({})->scale, 255);
}

TEST(Preprocessing, TheMarginFollowsTheInput) {
  const Preprocessing how{.resize = 256, .crop = 224};
  EXPECT_EQ(how.resize_for(224, 224), 256);
  EXPECT_EQ(how.resize_for(448, 600), 512);
  EXPECT_EQ((Preprocessing{.resize = 256}.resize_for(448, 448)), 256);
  EXPECT_EQ(Preprocessing{}.resize_for(32, 32), 0);
}

TEST(Preprocessing, NonsenseIsQuoted) {
  const std::pair<std::string, std::string> bad[] = {
      {"mean", "a"},  {"mean", "1 2"},  {"mean", ""},     {"std", "0"},     {"std", "1 1 -1"},
      {"scale", "0"}, {"scale", "nan"}, {"order", "gbr"}, {"resize", "-1"}, {"crop", "1.5"}};
  for (const auto& [key, value] : bad) {
    const auto how = preprocessing_of({{key, value}});
    ASSERT_FALSE(how) << key << "=" << value;
    EXPECT_THAT(how.error().message(), HasSubstr("preprocessing, " + key));
  }
}

TEST(Preprocessing, BatchesFollowTheFormula) {
  const auto data = load_dataset("synthetic:3", {1, 3, 4, 5}).value();
  Preprocessing how{.mean = {.1f, .2f, .3f}, .std = {.5f, .25f, .125f}};
  for (const bool bgr : {false, true}) {
    how.bgr = bgr;
    const Tensor batch = batch_of(data, how, 1, 2)[0];
    ASSERT_EQ(batch.shape(), (Shape{2, 3, 4, 5}));
    for (int n = 0; n < 2; ++n)
      for (int c = 0; c < 3; ++c)
        for (int p = 0; p < 20; ++p) {
          const int source = bgr ? 2 - c : c;
          const float x =
              data.images.as<std::uint8_t>()[std::size_t(((n + 1) * 20 + p) * 3 + source)];
          ASSERT_EQ(batch.as<float>()[std::size_t((n * 3 + c) * 20 + p)],
                    (x / 255 - how.mean[std::size_t(c)]) / how.std[std::size_t(c)]);
        }
  }
  how = {.mean = {.5f}, .std = {.5f}, .scale = 1};
  EXPECT_EQ(batch_of(data, how, 0, 1)[0].as<float>()[59],
            (float(data.images.as<std::uint8_t>()[59]) - .5f) / .5f);
}

TEST(Dataset, EveryRowIsFound) {
  for (const DatasetRow* row : datasets())
    EXPECT_TRUE(std::string_view(row->form).starts_with(std::string(row->name) + ":"));
  EXPECT_EQ(datasets().size(), 4u);
}

}  // namespace
}  // namespace dlis
