// Tests .npy files, ours and numpy's, whole and damaged.
#include "dlis/format/npy.h"

#include <gmock/gmock.h>

#include <array>

#include "dlis/base/file.h"
#include "dlis/base/rng.h"
#include "dlis/base/test_folder.h"

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string with_header(std::string header, std::string_view values, char version = 1) {
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += {version, '\0', char(header.size()), '\0'};
  if (version > 1) bytes += {'\0', '\0'};
  return bytes + header + std::string(values);
}

Result<Tensor> parse(std::string_view bytes) { return parse_npy(bytes_of(bytes)); }

const std::array<float, 6> kSix{1, 2, 3, 4, 5, 6};
const std::string_view kSixBytes(reinterpret_cast<const char*>(kSix.data()), 24);

TEST(Npy, RoundTripOfEveryTypeAndRank) {
  const TestFolder folder("npy");
  Rng rng(1);
  for (const DType type : {DType::f32, DType::f16, DType::i8, DType::u8, DType::i32, DType::i64})
    for (const Shape& shape :
         {Shape{}, Shape{5}, Shape{0, 3}, Shape{2, 3, 4}, Shape{1, 1, 1, 1, 1, 1, 1, 2}}) {
      Tensor tensor(type, shape);
      std::byte* bytes = tensor.edit_data();
      for (std::size_t i = 0; i < tensor.bytes(); ++i) bytes[i] = std::byte(rng.below(256));
      ASSERT_TRUE(save_npy(tensor, folder.path / "a.npy"));
      const auto read = load_npy(folder.path / "a.npy");
      ASSERT_TRUE(read) << read.error().message();
      EXPECT_EQ(read->type(), type);
      EXPECT_EQ(read->shape(), shape);
      EXPECT_EQ(std::memcmp(read->data(), tensor.data(), tensor.bytes()), 0);
    }
}

// numpy 1.24: np.save(f, np.array([[1, 2, 3]], dtype='<f4')) writes exactly this header.
TEST(Npy, OurBytesAreNumpys) {
  const std::string bytes = serialise_npy(Tensor::of<float>({1, 3}, std::span(kSix).first(3)));
  EXPECT_EQ(bytes.size() % 64, 12u);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3"));
  EXPECT_EQ(bytes[127], '\n');
  EXPECT_THAT(serialise_npy(Tensor::of<float>({3}, std::span(kSix).first(3))),
              HasSubstr("'shape': (3,), "));
  EXPECT_THAT(serialise_npy(Tensor::scalar(1)), HasSubstr("'shape': (), "));
}

TEST(Npy, FortranOrderVersionsAndDoubles) {
  const auto fortran =
      parse(with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", kSixBytes));
  ASSERT_TRUE(fortran) << fortran.error().message();
  EXPECT_EQ(fortran->shape(), (Shape{2, 3}));
  EXPECT_THAT(fortran->as<float>(), ElementsAre(1, 3, 5, 2, 4, 6));
  for (const char version : {2, 3})
    EXPECT_TRUE(parse(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }",
                                  kSixBytes, version)));
  const std::array<double, 2> two{0.5, -2};
  const auto wide = parse(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
                                      {reinterpret_cast<const char*>(two.data()), 16}));
  ASSERT_TRUE(wide);
  EXPECT_THAT(wide->as<float>(), ElementsAre(.5f, -2));
  const auto flags =
      parse(with_header("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "\x01\x01"));
  EXPECT_EQ(flags.value().type(), DType::u8);
}

TEST(Npy, NonsenseIsAnError) {
  const auto message = [](const std::string& header) {
    const auto read = parse(with_header(header, kSixBytes));
    return read ? "no error" : read.error().message();
  };
  const std::string head = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  EXPECT_EQ(message(head + "(6,), }"), "no error");
  EXPECT_THAT(message(head + "(7,), }"), HasSubstr("truncated or damaged"));
  EXPECT_THAT(message(head + "(5,), }"), HasSubstr("truncated or damaged"));
  EXPECT_THAT(message(head + "(-6,), }"), HasSubstr("makes no sense"));
  EXPECT_THAT(message(head + "(x,), }"), HasSubstr("'x'"));
  EXPECT_THAT(message(head + "(4294967296, 4294967296, 6), }"), HasSubstr("makes no sense"));
  EXPECT_THAT(message(head + "(1,1,1,1,1,1,1,1,6), }"), HasSubstr("more than 8 axes"));
  EXPECT_THAT(message("{}"), HasSubstr("names no type"));
  EXPECT_THAT(message("{'descr': '>f4', 'fortran_order': False, 'shape': (6,), }"),
              HasSubstr("'>f4'"));
  EXPECT_THAT(message("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }"),
              HasSubstr("records"));
  EXPECT_THAT(parse("PK\x03\x04").error().message(), HasSubstr("not a .npy file"));
  EXPECT_THAT(load_npy("/none.npy").error().message(), HasSubstr("no such file"));
}

TEST(Npy, TruncatedAtAnyByteIsAnError) {
  const std::string whole = serialise_npy(Tensor::of<float>({2, 3}, kSix));
  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_FALSE(parse(whole.substr(0, size))) << size;
  EXPECT_FALSE(parse(whole + "x"));
}

TEST(Npy, RandomDamageNeverCrashes) {
  const std::string whole = serialise_npy(Tensor::of<float>({2, 3}, kSix));
  Rng rng(3);
  int errors = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 3; ++i) bytes[std::size_t(rng.below(100))] = char(rng.below(256));
    errors += !parse(bytes);
  }
  EXPECT_GT(errors, 1000);
}

}  // namespace
}  // namespace dlis
