// The product of the axes: complete, without doubles, in the order that shares prefixes.
#include "dlis/explore/space.h"

#include <gmock/gmock.h>

namespace dlis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> lines_of(const Space& space) {
  std::vector<std::string> lines;
  const auto stacks = stacks_of(space);
  if (!stacks) return {stacks.error().message()};
  for (const Stack& stack : *stacks) lines.push_back(text_of(stack));
  return lines;
}

TEST(Space, AModelAloneIsOneStack) {
  Space space;
  space.models = {"resnet20"};
  EXPECT_THAT(lines_of(space), ElementsAre("resnet20 | none | auto | auto/static | cpu:1"));
}

TEST(Space, WholeStacksComeBesideTheProductAndOnce) {
  Space space;
  space.stacks = {"vgg16 | none | csr | auto/guided | cpu:2",
                  "resnet20 | none | auto | auto | cpu"};
  EXPECT_THAT(lines_of(space), ElementsAre("vgg16 | none | csr | auto/guided | cpu:2",
                                           "resnet20 | none | auto | auto/static | cpu:1"));
  space.models = {"resnet20"};
  EXPECT_THAT(lines_of(space), ElementsAre("resnet20 | none | auto | auto/static | cpu:1",
                                           "vgg16 | none | csr | auto/guided | cpu:2"));
  space.stacks = {"resnet20 | none"};
  EXPECT_THAT(lines_of(space), ElementsAre(HasSubstr("resnet20 | none")));
}

TEST(Space, TheModelChangesSlowestAndThreadsFastest) {
  Space space;
  space.models = {"resnet20", "vgg16"};
  space.compress = {"none", "weight_prune:zeros=0.5"};
  space.threads = {1, 2};
  EXPECT_THAT(lines_of(space),
              ElementsAre("resnet20 | none | auto | auto/static | cpu:1",
                          "resnet20 | none | auto | auto/static | cpu:2",
                          "resnet20 | weight_prune:zeros=0.5 | auto | auto/static | cpu:1",
                          "resnet20 | weight_prune:zeros=0.5 | auto | auto/static | cpu:2",
                          "vgg16 | none | auto | auto/static | cpu:1",
                          "vgg16 | none | auto | auto/static | cpu:2",
                          "vgg16 | weight_prune:zeros=0.5 | auto | auto/static | cpu:1",
                          "vgg16 | weight_prune:zeros=0.5 | auto | auto/static | cpu:2"));
}

TEST(Space, DoublesAreDropped) {
  Space space;
  space.models = {"resnet20", "resnet20"};
  space.format = {"csr", " csr"};
  space.device = {"cpu:2", "cpu"};
  space.threads = {1, 2};
  EXPECT_THAT(lines_of(space), ElementsAre("resnet20 | none | csr | auto/static | cpu:2",
                                           "resnet20 | none | csr | auto/static | cpu:1"));
}

TEST(Space, ErrorsComeBeforeAnythingIsMeasured) {
  Space space;
  EXPECT_THAT(lines_of(space), ElementsAre(HasSubstr("no model")));
  space.models = {"resnet20"};
  space.format = {"dense", "cser"};
  EXPECT_THAT(lines_of(space), ElementsAre(HasSubstr("csr")));
  space.format = {};
  space.threads = {0};
  EXPECT_THAT(lines_of(space), ElementsAre(HasSubstr("0 workers")));
  space.threads = {};
  space.models = {"a|b"};
  EXPECT_THAT(lines_of(space), ElementsAre(HasSubstr("'a|b")));
  space.models = {};
  space.stacks = {"resnet20 | none | auto | auto | cpu"};
  space.format = {"csr"};
  EXPECT_THAT(lines_of(space),
              ElementsAre(HasSubstr("--format: a whole stack has its own choice")));
}

}  // namespace
}  // namespace dlis
