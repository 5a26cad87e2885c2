// What makes two evaluations the same.
#include "dlis/explore/evaluate.h"

#include <gtest/gtest.h>

#include "dlis/explore/describe.h"

namespace dlis {
namespace {

std::string key_with(const EvaluateOptions& options) {
  Stack stack;
  stack.model = "resnet20";
  return Prefixes(options).key_of(stack).value();
}

TEST(Evaluate, TheKeyTellsApartWhatMayBeMeasuredDifferently) {
  const EvaluateOptions usual;
  EvaluateOptions other_build, longer, elsewhere;
  EXPECT_EQ(key_with(usual), key_with(usual));
  // Another kernel of the same version is another build: its old times are no answer.
  EXPECT_EQ(usual.build, build());
  EXPECT_EQ(build().size(), 12u);
  EXPECT_EQ(commit(), commit().substr(0, commit().find('+') + 1) + build());
  other_build.build += "x";
  EXPECT_NE(key_with(usual), key_with(other_build));
  longer.seconds = 1;
  EXPECT_NE(key_with(usual), key_with(longer));
  elsewhere.machine = machine_text();
  EXPECT_EQ(key_with(usual), key_with(elsewhere));
  elsewhere.machine += "x";
  EXPECT_NE(key_with(usual), key_with(elsewhere));
}

}  // namespace
}  // namespace dlis
