// The cache of measured times, shared by processes that come and go.
#include "dlis/runtime/choice_cache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "dlis/base/test_folder.h"

namespace dlis {
namespace {

TEST(ChoiceCache, DamagedLinesAreAsGoodAsNone) {
  const TestFolder folder("choice_cache");
  const auto file = folder.put("choices.tsv", "a\t1.5\nno time\nb\tx\nc\t-1\nd\t2\ne\t12.3");
  ChoiceCache cache(file);
  EXPECT_EQ(cache.find("a"), 1.5);
  EXPECT_EQ(cache.find("d"), 2.0);
  for (const char* key : {"no time", "b", "c", "f"}) EXPECT_FALSE(cache.find(key)) << key;
  EXPECT_FALSE(cache.find("e")) << "its last digits may be missing";
}

TEST(ChoiceCache, WritersAtTheSameTimeLoseNothing) {
  const TestFolder folder("choice_cache");
  const auto file = folder.path / "below" / "choices.tsv";
  const std::string layer(300, 'x');  // as long as the line of a problem
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer)
    writers.emplace_back([&, writer] {
      ChoiceCache cache(file);
      for (int i = 0; i < 50; ++i) cache.put(layer + std::to_string(writer * 50 + i), i + 1);
    });
  for (std::thread& writer : writers) writer.join();
  const ChoiceCache cache(file);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(cache.find(layer + std::to_string(i)), i % 50 + 1) << i;
}

}  // namespace
}  // namespace dlis
