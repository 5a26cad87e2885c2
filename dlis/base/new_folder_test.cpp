// A new folder is whole or missing, and never takes another one's place.
#include "dlis/base/new_folder.h"

#include <gmock/gmock.h>

#include "dlis/base/test_folder.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::size_t entries(const fs::path& folder) {
  return std::size_t(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(NewFolder, AppearsWhenFinished) {
  const TestFolder at("new_folder");
  for (const char* name : {"a", "b/", "./c"}) {
    auto made = NewFolder::make(at.path / name);
    ASSERT_TRUE(made) << made.error().message();
    std::ofstream(made->path() / "file") << "text";
    EXPECT_FALSE(fs::exists(at.path / name));
    ASSERT_TRUE(made->finish());
    EXPECT_TRUE(fs::exists(at.path / name / "file"));
  }
  EXPECT_EQ(entries(at.path), 3u);
}

TEST(NewFolder, LeavesNothingWhereItIsNotFinished) {
  const TestFolder at("new_folder");
  {
    const auto made = NewFolder::make(at.path / "a");
    ASSERT_TRUE(made);
    std::ofstream(made->path() / "file") << "text";
    EXPECT_EQ(entries(at.path), 1u);
  }
  EXPECT_EQ(entries(at.path), 0u);
}

TEST(NewFolder, TakesOnlyAnEmptyPlace) {
  const TestFolder at("new_folder");
  fs::create_directory(at.path / "empty");
  EXPECT_TRUE(NewFolder::make(at.path / "empty").value().finish());
  at.put("full/file", "text");
  EXPECT_THAT(NewFolder::make(at.path / "full").error().message(), HasSubstr("not empty"));
  EXPECT_THAT(NewFolder::make(at.path / "full/file").error().message(), HasSubstr("no folder"));
  EXPECT_THAT(NewFolder::make(at.path / "no/where").error().message(), HasSubstr("parent"));
  for (const char* name : {"", ".", "..", "/", "a/.."}) EXPECT_FALSE(NewFolder::make(name)) << name;
  auto late = NewFolder::make(at.path / "late").value();
  at.put("late/file", "text");
  EXPECT_FALSE(late.finish());  // somebody was faster
  EXPECT_TRUE(fs::exists(at.path / "late/file"));
}

}  // namespace
}  // namespace dlis
