// Tests the small work on text.
#include "dlis/base/text.h"

#include <gmock/gmock.h>

#include <limits>

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Text, SplitKeepsEmptyParts) {
  EXPECT_THAT(split("a,,b", ','), ElementsAre("a", "", "b"));
  EXPECT_THAT(split("", ','), ElementsAre(""));
  EXPECT_THAT(split(",", ','), ElementsAre("", ""));
  EXPECT_THAT(split("abc", ','), ElementsAre("abc"));
}

TEST(Text, TrimAndJoin) {
  EXPECT_EQ(trim("  a b\t\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(join({"a", "b", "c"}, " + "), "a + b + c");
  EXPECT_EQ(join({}, ","), "");
  EXPECT_EQ(lower("ARM Cortex-A15"), "arm cortex-a15");
}

TEST(Text, EditDistance) {
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("csr", "crs"), 1);  // neighbours swapped
  EXPECT_EQ(edit_distance("vgg16", "vgg16"), 0);
  EXPECT_EQ(edit_distance("ca", "abc"), 3);  // optimal string alignment, not full Damerau
}

TEST(Text, NearestNames) {
  const std::vector<std::string> names{"dense", "bf16", "csr", "resnet18", "resnet20", "resnet56"};
  EXPECT_THAT(nearest("cser", names), ElementsAre("csr"));
  EXPECT_THAT(nearest("CSR", names), ElementsAre("csr"));
  EXPECT_THAT(nearest("resnet2", names), ElementsAre("resnet20", "resnet18", "resnet56"));
  EXPECT_THAT(nearest("resn", names), ElementsAre("resnet18", "resnet20", "resnet56"));
  EXPECT_THAT(nearest("tensorrt", names), IsEmpty());
  EXPECT_THAT(nearest("", names), IsEmpty());
  EXPECT_THAT(nearest(std::string(1 << 20, 'x'), names), IsEmpty());
}

TEST(Text, UnknownNameIsOneSentence) {
  const std::vector<std::string> names{"dense", "bf16", "csr"};
  EXPECT_EQ(unknown_name("format", "cser", names).message(),
            "unknown format 'cser'; did you mean csr?");
  EXPECT_EQ(unknown_name("format", "quantum", names).message(),
            "unknown format 'quantum'; there are: dense, bf16, csr");
  EXPECT_LT(unknown_name("format", std::string(5000, 'q'), names).message().size(), 200u);
}

TEST(Text, Bytes) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1024), "1.00 KiB");
  EXPECT_EQ(format_bytes(1536), "1.50 KiB");
  EXPECT_EQ(format_bytes(1024 * 1024 - 1), "1.00 MiB");
  EXPECT_EQ(format_bytes(3LL << 30), "3.00 GiB");
  EXPECT_EQ(format_bytes(-2048), "-2.00 KiB");
}

TEST(Text, WholeNumbers) {
  EXPECT_EQ(parse_integer("-12").value(), -12);
  EXPECT_EQ(parse_integer("9223372036854775807").value(), std::numeric_limits<std::int64_t>::max());
  for (const char* bad : {"", " 1", "1 ", "+1", "1.0", "0x10", "1e3", "one"})
    EXPECT_FALSE(parse_integer(bad).has_value()) << bad;
  EXPECT_THAT(parse_integer("9223372036854775808", "limit").error().message(),
              "limit: '9223372036854775808' is out of range");
  EXPECT_THAT(parse_integer("12x").error().message(), HasSubstr("'12x' is not a whole number"));
}

TEST(Text, RealNumbers) {
  EXPECT_DOUBLE_EQ(parse_real("0.9").value(), 0.9);
  EXPECT_DOUBLE_EQ(parse_real(".485").value(), 0.485);
  EXPECT_DOUBLE_EQ(parse_real("-1e-3").value(), -0.001);
  for (const char* bad : {"", "0,9", "nan", "inf", "-inf", "1e999", "1.0 "})
    EXPECT_FALSE(parse_real(bad).has_value()) << bad;
}

TEST(Text, SizesInBytes) {
  for (const auto& [text, bytes] :
       std::vector<std::pair<const char*, std::int64_t>>{{"0", 0},
                                                         {"4096", 4096},
                                                         {"64M", 64 << 20},
                                                         {"64MiB", 64 << 20},
                                                         {"1.5 GB", std::int64_t(3) << 29},
                                                         {"2k", 2048},
                                                         {"7 b", 7}}) {
    const auto parsed = parse_bytes(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, bytes) << text;
  }
  for (const char* bad : {"", "M", "-1", "64X", "64Mi", "1..5M", "1e9", "64 M M", "99999999T"})
    EXPECT_FALSE(parse_bytes(bad)) << bad;
}

TEST(Text, AShellTakesItForOneWord) {
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("cifar10:a/b"), "cifar10:a/b");
  EXPECT_EQ(shell_word("images:a?limit=3"), "'images:a?limit=3'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace dlis
