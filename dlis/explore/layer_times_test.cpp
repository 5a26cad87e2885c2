// Times of layers that a file keeps: used, added to, and judged.
#include "dlis/explore/layer_times.h"

#include <gmock/gmock.h>

#include "dlis/base/file.h"
#include "dlis/base/test_folder.h"
#include "dlis/base/text.h"
#include "dlis/compress/test_network.h"

namespace dlis {
namespace {

using testing::HasSubstr;

Graph layer(std::int64_t filters) {
  TestNetwork net({1, 8, 6, 6});
  return net.finish(net.conv("conv", net.input(), filters, {.kernel = 3}));
}

// A device that counts how often it is asked, and takes a millisecond more each time.
struct Device {
  std::shared_ptr<int> asked = std::make_shared<int>(0);
  CompressOptions options() const {
    CompressOptions options;
    options.layer_ms = [asked = asked](const Graph&) -> Result<double> { return ++*asked; };
    return options;
  }
};

double ms_of(const CompressOptions& options, std::int64_t filters) {
  return options.layer_ms(layer(filters)).value();
}

TEST(LayerTimes, AreMeasuredOnceAndKept) {
  const TestFolder folder("times");
  const std::string file = (folder.path / "times.tsv").string();
  const Device device;
  CompressOptions first = device.options();
  ASSERT_TRUE(keep_layer_times(first, file));
  EXPECT_EQ(ms_of(first, 4), 1);
  EXPECT_EQ(ms_of(first, 5), 2);
  EXPECT_EQ(ms_of(first, 4), 1);
  EXPECT_THAT(read_text(file).value(), HasSubstr("n1h6w6c8 k4r3s3 dense\t1.000000\n"));
  CompressOptions later = device.options();
  ASSERT_TRUE(keep_layer_times(later, file));
  EXPECT_EQ(ms_of(later, 5), 2);
  EXPECT_EQ(ms_of(later, 4), 1);
  EXPECT_EQ(*device.asked, 2);
  EXPECT_EQ(ms_of(later, 6), 3);  // a new one goes behind the others
  EXPECT_EQ(split(read_text(file).value(), '\n').size(), 4u);
}

TEST(LayerTimes, OfAnotherDeviceAreTakenAsTheyAre) {
  const TestFolder folder("times");
  const auto file = folder.put("board.tsv", "n1h6w6c8 k4r3s3 dense\t123.5\n");
  const Device device;
  CompressOptions options = device.options();
  ASSERT_TRUE(remember_layer_times(options, file.string()));
  EXPECT_EQ(ms_of(options, 4), 123.5);
  EXPECT_EQ(ms_of(options, 5), 1);
  EXPECT_EQ(ms_of(options, 5), 1);
  EXPECT_EQ(*device.asked, 1);
  EXPECT_EQ(read_text(file).value(), "n1h6w6c8 k4r3s3 dense\t123.5\n");  // remembered only
  ASSERT_TRUE(remember_layer_times(options));
  EXPECT_EQ(ms_of(options, 6), 2);
}

TEST(LayerTimes, ADamagedFileIsOneSentence) {
  const TestFolder folder("times");
  const std::string good = "n1h6w6c8 k4r3s3 dense\t1.0\n";
  for (const char* bad :
       {"n1h6w6c8 k4r3s3 dense\tfast\n", "n1h6w6c8 k4r3s3 dense\t-1\n", "1.0\n",
        "n1h6w6c8 k4r3s3 dense\t1e308\n", "n1h6w6c8 k4r3s3 dense\n", "\x01\x02\t3\n", "\n"}) {
    const auto file = folder.put("times.tsv", good + bad + good);
    CompressOptions options = Device().options();
    const Status kept = keep_layer_times(options, file.string());
    ASSERT_FALSE(kept) << bad;
    EXPECT_THAT(kept.error().message(), HasSubstr("times.tsv, line 2"));
    EXPECT_EQ(read_text(file).value(), good + bad + good);
  }
  CompressOptions options = Device().options();
  EXPECT_THAT(keep_layer_times(options, folder.path.string()).error().message(),
              HasSubstr("cannot be written"));
  for (const char* file : {"/dev/zero", "/dev/full"})
    EXPECT_THAT(remember_layer_times(options, file).error().message(), HasSubstr("more than"));
  EXPECT_FALSE(remember_layer_times(options, folder.path.string()));
}

TEST(LayerTimes, AnOpenLastLineStaysALine) {
  const TestFolder folder("times");
  const auto file = folder.put("times.tsv", "n1h6w6c8 k4r3s3 dense\t5.0");
  CompressOptions options = Device().options();
  ASSERT_TRUE(keep_layer_times(options, file.string()));
  EXPECT_EQ(ms_of(options, 4), 5);
  EXPECT_EQ(ms_of(options, 5), 1);
  EXPECT_EQ(read_text(file).value(),
            "n1h6w6c8 k4r3s3 dense\t5.0\nn1h6w6c8 k5r3s3 dense\t1.000000\n");
}

TEST(LayerTimes, NothingMeasuredLeavesNoFile) {
  const TestFolder folder("times");
  CompressOptions options = Device().options();
  ASSERT_TRUE(keep_layer_times(options, (folder.path / "times.tsv").string()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
  EXPECT_FALSE(keep_layer_times(options, (folder.path / "none" / "times.tsv").string()));
}

}  // namespace
}  // namespace dlis
