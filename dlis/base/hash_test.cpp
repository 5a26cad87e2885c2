// Tests the content hash against published values and against itself in pieces.
#include "dlis/base/hash.h"

#include <gtest/gtest.h>

#include <set>

#include "dlis/base/rng.h"

namespace dlis {
namespace {

std::span<const std::byte> bytes_in(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Values of the author's MurmurHash3_x64_128, seed 0, the two words in hexadecimal.
TEST(Hash, PublishedValues) {
  EXPECT_EQ(hash_of({}), "00000000000000000000000000000000");
  EXPECT_EQ(hash_of(bytes_in("hello")), "cbd8a7b341bd9b025b1e906a48ae1d19");
  EXPECT_EQ(hash_of(bytes_in("The quick brown fox jumps over the lazy dog")),
            "e34bbc7bbc071b6c7a433ca9c49a9347");
}

TEST(Hash, CuttingDoesNotMatter) {
  Rng rng(7);
  std::string text(1000, ' ');
  for (char& c : text) c = char(rng.below(256));
  const std::string whole = hash_of(bytes_in(text));
  for (int round = 0; round < 200; ++round) {
    Hasher hasher;
    for (std::size_t at = 0; at < text.size();) {
      const auto n = std::min(text.size() - at, std::size_t(rng.below(40)));
      hasher.add(bytes_in(std::string_view(text).substr(at, n)));
      at += n;
    }
    ASSERT_EQ(hasher.hex(), whole) << "round " << round;
  }
}

TEST(Hash, EveryByteAndTheLengthMatter) {
  std::string text(70, '\0');
  std::set<std::string> seen;
  for (std::size_t n = 0; n <= text.size(); ++n)
    seen.insert(hash_of(bytes_in(std::string_view(text).substr(0, n))));
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = 1;
    seen.insert(hash_of(bytes_in(text)));
    text[i] = 0;
  }
  EXPECT_EQ(seen.size(), 71u + 70u);
}

TEST(Hash, TextsKeepTheirBorders) {
  EXPECT_NE(Hasher().add("ab").add("c").hex(), Hasher().add("a").add("bc").hex());
  EXPECT_NE(Hasher().add(1).hex(), Hasher().add(256).hex());
  EXPECT_EQ(Hasher().add(0x0807060504030201).hex(), hash_of(bytes_in("\1\2\3\4\5\6\7\10")));
}

}  // namespace
}  // namespace dlis
