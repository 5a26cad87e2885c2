// Views as runs of bytes, and the rows that views share.
#include "dlis/runtime/byte_rows.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <set>

#include "dlis/compute/conv/band.h"

namespace dlis {
namespace {

std::vector<std::size_t> bytes_in(const DeviceView& view) {
  std::vector<std::size_t> bytes;
  for (const ByteRows& rows : byte_rows(view))
    for (std::size_t row = 0; row < rows.count; ++row)
      for (std::size_t i = 0; i < rows.bytes; ++i)
        bytes.push_back(rows.offset + row * rows.pitch + i);
  return bytes;
}

// By its definition.
std::vector<std::size_t> bytes_of_elements(const DeviceView& v) {
  std::vector<std::size_t> bytes;
  for (std::int64_t n = 0; n < v.shape[0]; ++n)
    for (std::int64_t c = 0; c < v.shape[1]; ++c)
      for (std::int64_t h = 0; h < v.shape[2]; ++h)
        for (std::int64_t w = 0; w < v.shape[3]; ++w)
          for (std::size_t i = 0; i < size_of(v.type); ++i)
            bytes.push_back(v.offset + i +
                            size_of(v.type) * std::size_t(n * v.strides[0] + c * v.strides[1] +
                                                          h * v.strides[2] + w * v.strides[3]));
  return bytes;
}

TEST(ByteRows, CoverAViewOnce) {
  for (const Shape& strides : {Shape{60, 1, 20, 5}, Shape{96, 1, 32, 8}, Shape{1000, 1, 100, 8},
                               Shape{60, 12, 4, 1}, Shape{1, 2, 10, 30}}) {
    const DeviceView view{nullptr, 8, DType::f32, {2, 5, 3, 4}, strides};
    EXPECT_THAT(bytes_in(view), testing::UnorderedElementsAreArray(bytes_of_elements(view)))
        << strides.text();
  }
  const DeviceView all{nullptr, 0, DType::f32, {2, 8, 3, 4}, {96, 1, 32, 8}};
  ASSERT_EQ(byte_rows(all).size(), 1u);
  EXPECT_EQ(byte_rows(all)[0].bytes, 4u * 192);
  EXPECT_TRUE(byte_rows(rows_of(all, 1, 0)).empty());
}

// Where common rows are told, they are the common bytes; of one value's rows they always are.
TEST(ByteRows, CommonRowsAreTheCommonBytes) {
  EXPECT_TRUE(rc::check([] {
    const auto pick = [](int low, int high) {
      return std::int64_t(*rc::gen::inRange(low, high + 1));
    };
    const std::int64_t c = pick(1, 3), w = pick(1, 3), h = pick(1, 6);
    const std::int64_t pixel = c + pick(0, 2), row = w * pixel + pick(0, 2);
    const Shape shape{pick(1, 2), c, h, w}, strides{h * row + pick(0, 3), 1, row, pixel};
    const DeviceView whole{nullptr, 64, DType::f32, shape, strides};
    const auto part = [&] {
      const std::int64_t first = pick(0, int(h) - 1);
      return rows_of(whole, first, pick(1, int(h - first)));
    };
    DeviceView a = part(), b = part();
    const bool moved = *rc::gen::arbitrary<bool>();
    if (moved) b.offset += 4 * std::size_t(pick(0, 12));  // perhaps other columns or images
    const auto common = common_rows(a, b);
    RC_ASSERT(moved || common.has_value());
    if (!common) return;
    std::set<std::size_t> of_a, both;
    for (std::size_t byte : bytes_in(a)) of_a.insert(byte);
    for (std::size_t byte : bytes_in(b))
      if (of_a.contains(byte)) both.insert(byte);
    const auto got = bytes_in(*common);
    RC_ASSERT(std::set<std::size_t>(got.begin(), got.end()) == both);
  }));
}

}  // namespace
}  // namespace dlis
