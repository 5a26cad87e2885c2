// What makes two evaluations the same.
#include "dlis/explore/evaluate.h"

#include <gmock/gmock.h>

#include "dlis/explore/command.h"
#include "dlis/explore/describe.h"
#include "dlis/explore/layers.h"

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

TEST(Evaluate, ARecordHoldsItsLayersAndTheCommandThatMadeIt) {
  const Stack stack = parse_stack("resnet20 | none | bf16 | auto/static | cpu:1").value();
  EvaluateOptions options;
  options.seconds = 0.01;
  options.tune = Tune::off;
  const Record record = evaluate(stack, options).value();
  EXPECT_EQ(
      record.text("command"),
      "dlis evaluate 'resnet20 | none | bf16 | auto/static | cpu:1' --seconds 0.01 --tune off");
  double layers_ms = 0;
  const auto layers = layers_from_json(record.text("layers"));
  ASSERT_TRUE(layers) << layers.error().message();
  for (const LayerCost& layer : *layers) layers_ms += layer.ms;
  EXPECT_GT(layers_ms, *record.number("median_ms") / 20);
}

TEST(Evaluate, ACommandGivesEveryOptionAsOneWord) {
  Stack stack = parse_stack("it's.onnx | none | auto | auto/static | cpu:1").value();
  EvaluateOptions options;
  options.data = "images:my folder";
  options.model.batch = 4;
  options.model.seed = 7;
  options.model.shapes["x"] = Shape({4, 3, 8, 8});
  options.memory_bytes = 1 << 20;
  EXPECT_EQ(command_of(stack, options),
            R"(dlis evaluate 'it'\''s.onnx | none | auto | auto/static | cpu:1' --data )"
            "'images:my folder' --batch 4 --shape x=4x3x8x8 --seed 7 --memory 1048576");
  EvaluateOptions there;
  there.target.name = "ssh:me@board";
  there.target.runner = "a dlis-run";
  there.target.accuracy_here = true;
  EXPECT_THAT(command_of(stack, there),
              testing::EndsWith(" --target ssh:me@board --runner 'a dlis-run' --accuracy-here"));
}

}  // namespace
}  // namespace dlis
