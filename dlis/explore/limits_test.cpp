// One past each limit of text, schedules, arrays and images; those of networks are tested beside
// their readers.
#include "dlis/base/limits.h"

#include <gmock/gmock.h>

#include "dlis/base/file.h"
#include "dlis/base/test_folder.h"
#include "dlis/data/image.h"
#include "dlis/data/image_list.h"
#include "dlis/explore/layers.h"
#include "dlis/explore/record_file.h"
#include "dlis/explore/stack.h"
#include "dlis/format/npy.h"
#include "dlis/runtime/plan.h"

namespace dlis {
namespace {

using testing::HasSubstr;
using testing::Not;

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? std::string() : result.error().message();
}

TEST(Limits, TextFiles) {
  const TestFolder folder("limits");
  const auto file = folder.put("text", "");
  std::filesystem::resize_file(file, kMostTextBytes);
  EXPECT_TRUE(read_text(file));
  std::filesystem::resize_file(file, kMostTextBytes + 1);
  EXPECT_THAT(error_of(read_text(file)), HasSubstr("more than 64.00 MiB"));
}

TEST(Limits, Json) {
  const auto padded = [](std::size_t size) { return "[" + std::string(size - 2, ' ') + "]"; };
  EXPECT_TRUE(layers_from_json(padded(kMostJsonBytes)));
  EXPECT_FALSE(layers_from_json(padded(kMostJsonBytes + 1)));

  const auto nested = [](int depth) {
    return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']');
  };
  EXPECT_THAT(error_of(layers_from_json(nested(kMostJsonDepth))), HasSubstr("not a layer"));
  EXPECT_THAT(error_of(layers_from_json(nested(kMostJsonDepth + 1))),
              HasSubstr("expected an array"));
  // Deeper than any stack: printed in no error.
  const std::string deep = nested(1000000);
  EXPECT_FALSE(record_from_json("{\"stack\":" + deep + "}"));
  EXPECT_FALSE(parse_record_file("{\"key\":" + deep + "}", "a record", "key"));
  EXPECT_FALSE(parse_isa("{\"dlis_plan\":1,\"isa\":" + deep + "}", "a plan"));
  EXPECT_FALSE(parse_choices("{\"dlis_plan\":1,\"layers\":" + deep + "}", "a plan"));
}

TEST(Limits, BracketsInTextAreNoDepth) {
  const std::string brackets(1000, '[');
  const auto record = record_from_json("{\"stack\":\"\\\"" + brackets + "\"}");
  ASSERT_TRUE(record) << record.error().message();
  EXPECT_EQ(record->text("stack"), "\"" + brackets);
}

TEST(Limits, Stacks) {
  EXPECT_THAT(error_of(parse_stack(std::string(kMostLineBytes + 1, 'a'))), HasSubstr("at most"));
  const auto with_threads = [](int threads) {
    return parse_stack("a | none | auto | auto | cpu:" + std::to_string(threads));
  };
  EXPECT_TRUE(with_threads(kMostThreads));
  EXPECT_FALSE(with_threads(kMostThreads + 1));
}

TEST(Limits, Schedules) {
  EXPECT_TRUE(parse_schedule("dynamic:chunk=" + std::to_string(kMostChunk)));
  EXPECT_FALSE(parse_schedule("dynamic:chunk=" + std::to_string(kMostChunk + 1)));
  std::string speeds = "weighted:speeds=1";
  for (std::size_t i = 1; i < kMostSpeeds; ++i) speeds += "/1";
  EXPECT_TRUE(parse_schedule(speeds));
  EXPECT_FALSE(parse_schedule(speeds + "/1"));
}

TEST(Limits, Arrays) {
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }";
  const auto padded = [&](std::size_t size) {
    std::string bytes = "\x93NUMPY";
    bytes += {'\x02', '\x00'};
    for (int i = 0; i < 4; ++i) bytes += char(size >> 8 * i & 255);
    return bytes + header + std::string(size - header.size(), ' ') + "x";
  };
  EXPECT_EQ(error_of(parse_npy(bytes_of(padded(kMostNpyHeaderBytes)))), "");
  EXPECT_THAT(error_of(parse_npy(bytes_of(padded(kMostNpyHeaderBytes + 1)))), HasSubstr("header"));
}

TEST(Limits, ListsOfImages) {
  const TestFolder folder("limits");
  folder.put("labels.txt", "a.png " + std::to_string(kMostClasses - 1) + "\n");
  EXPECT_TRUE(list_images(folder.path, folder.path));
  folder.put("labels.txt", "a.png " + std::to_string(kMostClasses) + "\n");
  EXPECT_FALSE(list_images(folder.path, folder.path));
}

// What a PNG file says of itself in front of its pixels: grey, 8 bits.
std::string png_header(std::uint32_t width, std::uint32_t height) {
  std::string bytes("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16);
  for (const std::uint32_t extent : {width, height})
    for (int shift = 24; shift >= 0; shift -= 8) bytes += char(extent >> shift & 255);
  return bytes + std::string("\x08\0\0\0\0\0\0\0\0", 9);
}

TEST(Limits, Images) {
  const std::byte nothing{};  // never looked at
  EXPECT_THAT(error_of(parse_image({&nothing, kMostImageBytes + 1}, "a")), HasSubstr("so large"));
  const std::uint32_t side = 1 << 14;
  static_assert(std::int64_t(side) * side == kMostImagePixels);
  EXPECT_THAT(error_of(parse_image(bytes_of(png_header(side, side)), "a")),
              Not(HasSubstr("too large to be read")));
  EXPECT_THAT(error_of(parse_image(bytes_of(png_header(side, side + 1)), "a")),
              HasSubstr("too large to be read"));
  const Tensor pixel(DType::u8, {1, 1, 1});
  EXPECT_FALSE(fit_image(pixel, kMostImageSide + 1, 1));  // the last would be 4 GiB
}

TEST(Limits, ScansOfAJpeg) {
  const auto scans = [](int count) {
    std::string bytes = "\xff\xd8";
    for (int i = 0; i < count; ++i) bytes += std::string("\xff\xda\0\2", 4);
    return bytes + "\xff\xd9";
  };
  EXPECT_THAT(error_of(parse_image(bytes_of(scans(kMostJpegScans)), "a")),
              Not(HasSubstr("damaged")));
  EXPECT_THAT(error_of(parse_image(bytes_of(scans(kMostJpegScans + 1)), "a")),
              HasSubstr("damaged"));
}

}  // namespace
}  // namespace dlis
