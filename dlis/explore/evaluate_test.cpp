// What makes two evaluations the same.
#include "dlis/explore/evaluate.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

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

RC_GTEST_PROP(Evaluate, ACommandIsReadAsItWasWritten, ()) {
  Stack stack = parse_stack("net.onnx | none | csr | auto/dynamic:chunk=2 | cpu:3").value();
  stack.model = *rc::gen::element<std::string>("it's.onnx", "a b/c.onnx", "'", "net.onnx?mean=0.5",
                                               "tab\there\\.onnx");
  EvaluateOptions options;
  options.data =
      *rc::gen::element<std::string>("", "images:my 'own' folder?limit=5", "synthetic:3");
  options.seconds = *rc::gen::element(0.5, 0.02, 7.25);
  options.images = *rc::gen::inRange(0, 3);
  options.model.batch = *rc::gen::inRange(1, 4);
  options.model.seed = *rc::gen::arbitrary<std::uint32_t>();
  if (*rc::gen::arbitrary<bool>()) options.model.shapes["a=b"] = Shape({1, 3, 8, 8});
  options.memory_bytes = std::size_t(*rc::gen::inRange(0, 2)) << 20;
  options.tune = *rc::gen::element(Tune::off, Tune::quick, Tune::full);
  options.target.name = *rc::gen::element<std::string>("", "ssh:me@board");
  if (!options.target.name.empty()) options.target.accuracy_here = *rc::gen::arbitrary<bool>();
  const std::string command = command_of(stack, options);
  const auto asked = parse_command(command);
  RC_ASSERT(asked.has_value());
  RC_ASSERT(asked->stack == stack);
  RC_ASSERT(asked->options.model == options.model);
  RC_ASSERT(command_of(asked->stack, asked->options) == command);
}

TEST(Evaluate, WhatIsNoCommandIsRefused) {
  const std::string good = "dlis evaluate 'resnet20 | none | auto | auto | cpu:1'";
  EXPECT_TRUE(parse_command(good));
  for (const std::string& bad : {std::string(), std::string("dlis"), std::string("dlis evaluate"),
                                 std::string("dlis bench 'resnet20 | none | auto | auto | cpu:1'"),
                                 std::string("dlis evaluate resnet20"), good + " --colour red",
                                 good + " --seed", good + " --seed x", good + " --shape 3"})
    EXPECT_FALSE(parse_command(bad)) << bad;
}

}  // namespace
}  // namespace dlis
