// The stack line: round trips, what it says of a bad part, names checked against the lists.
#include "dlis/explore/stack.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace dlis {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_of(const std::string& text) {
  const auto stack = parse_stack(text);
  return stack ? "accepted" : stack.error().message();
}
std::string name_error_of(const std::string& text) {
  const auto stack = parse_stack(text);
  if (!stack) return "not parsed: " + stack.error().message();
  const Status status = check_names(*stack);
  return status ? "accepted" : status.error().message();
}

TEST(Stack, ParsesEveryField) {
  const auto stack = parse_stack(
      "nets/a.onnx?mean=.5/.5/.5 | weight_prune:zeros=0.5 + quantise:type=int8:axis=0 | int8 | "
      "auto/dynamic:chunk=4 | cpu:3+opencl:1");
  ASSERT_TRUE(stack) << stack.error().message();
  EXPECT_EQ(stack->model, "nets/a.onnx?mean=.5/.5/.5");
  ASSERT_EQ(stack->compress.size(), 2u);
  EXPECT_EQ(stack->compress[1], (Choice{"quantise", {{"axis", "0"}, {"type", "int8"}}}));
  EXPECT_EQ(stack->format, "int8");
  EXPECT_EQ(stack->compute, "auto");
  EXPECT_EQ(stack->schedule, (Choice{"dynamic", {{"chunk", "4"}}}));
  EXPECT_EQ(stack->device, "cpu+opencl:1");
  EXPECT_EQ(stack->threads, 3);
}

TEST(Stack, ScheduleAndWorkersMayBeLeftOut) {
  const auto stack = parse_stack("vgg16@224|none|auto|indirect_gemm|cpu");
  ASSERT_TRUE(stack) << stack.error().message();
  EXPECT_EQ(text_of(*stack), "vgg16@224 | none | auto | indirect_gemm/static | cpu:1");
}

TEST(Stack, DefaultIsAStack) {
  Stack stack;
  stack.model = "resnet20";
  EXPECT_EQ(text_of(stack), "resnet20 | none | auto | auto/static | cpu:1");
  EXPECT_EQ(parse_stack(text_of(stack)).value(), stack);
}

TEST(Stack, ErrorsQuoteTheBadPart) {
  EXPECT_THAT(error_of(""), HasSubstr("five fields between '|', not 1: ''"));
  EXPECT_THAT(error_of("a | none | auto | auto"), HasSubstr("not 4: 'a | none | auto | auto'"));
  EXPECT_THAT(error_of("a|none|auto|auto|cpu|cpu"), HasSubstr("not 6"));
  EXPECT_THAT(error_of(" |none|auto|auto|cpu"), HasSubstr("no model"));
  EXPECT_THAT(error_of("a|none||auto|cpu"), HasSubstr("no format in"));
  EXPECT_THAT(error_of("a|none|csr:x=1|auto|cpu"), HasSubstr("'csr:x=1'"));
  EXPECT_THAT(error_of("a|none|auto||cpu"), HasSubstr("no compute in"));
  EXPECT_THAT(error_of("a|none|auto|auto/static|cpu:0"),
              AllOf(HasSubstr("'cpu:0'"), HasSubstr("1 to 1024")));
  EXPECT_THAT(error_of("a|none|auto|auto/static|cpu:two"), HasSubstr("'cpu:two'"));
  EXPECT_THAT(error_of("a|none|auto|auto/static|opencl:-1"), HasSubstr("'opencl:-1'"));
  EXPECT_THAT(error_of("a|none|auto|auto/static|"), HasSubstr("no device in"));
  EXPECT_THAT(error_of("a|none|auto|auto/static|cpu+cpu"), HasSubstr("twice"));
  EXPECT_THAT(error_of("a|weight_prune:zeros|auto|auto|cpu"), HasSubstr("weight_prune:zeros"));
  EXPECT_THAT(error_of("a|none|auto|auto/|cpu"), testing::Not(HasSubstr("accepted")));
}

TEST(Stack, LongInputIsQuotedInPart) {
  EXPECT_LT(error_of(std::string(100'000, 'x')).size(), 300u);
  EXPECT_LT(error_of("a|none|" + std::string(100'000, ':') + "|auto|cpu").size(), 300u);
}

TEST(Stack, UnknownNamesGetTheNearest) {
  EXPECT_THAT(name_error_of("resnet2O|none|auto|auto|cpu"), HasSubstr("resnet20"));
  EXPECT_THAT(name_error_of("resnet20|weight_prun:zeros=0.5|auto|auto|cpu"),
              HasSubstr("weight_prune"));
  EXPECT_THAT(name_error_of("resnet20|weight_prune:zero=0.5|auto|auto|cpu"), HasSubstr("zeros"));
  EXPECT_THAT(name_error_of("resnet20|weight_prune|auto|auto|cpu"),
              HasSubstr("needs the parameter 'zeros'"));
  EXPECT_THAT(name_error_of("resnet20|none|cser|auto|cpu"), HasSubstr("csr"));
  EXPECT_THAT(name_error_of("resnet20|none|auto|indirect_gem|cpu"), HasSubstr("indirect_gemm"));
  EXPECT_THAT(name_error_of("resnet20|none|auto|auto/statik|cpu"), HasSubstr("static"));
  EXPECT_THAT(name_error_of("resnet20|none|auto|auto|cpi"), HasSubstr("cpu"));
  EXPECT_EQ(name_error_of("some/file.onnx|none|auto|auto|cpu"), "accepted");
  EXPECT_EQ(name_error_of(
                "resnet20 | weight_prune:zeros=0.5 | csr | sparse_direct/dynamic:chunk=2 | cpu:2"),
            "accepted");
}

rc::Gen<std::string> word() {
  return rc::gen::nonEmpty(rc::gen::container<std::string>(
      rc::gen::elementOf(std::string("abcdefghijklmnopqrstuvwxyz0123456789_."))));
}
rc::Gen<Choice> choice() {
  return rc::gen::build<Choice>(
      rc::gen::set(&Choice::name, word()),
      rc::gen::set(&Choice::parameters,
                   rc::gen::container<std::map<std::string, std::string>>(word(), word())));
}

RC_GTEST_PROP(Stack, TextRoundTrips, ()) {
  Stack stack;
  stack.model = *word() + *rc::gen::element<std::string>("", "@224", "?mean=.5/.4&std=1");
  stack.compress = *rc::gen::nonEmpty(rc::gen::container<std::vector<Choice>>(choice()));
  stack.format = *word();
  stack.compute = *word();
  stack.schedule = *choice();
  stack.device = *rc::gen::element<std::string>("cpu", "cpu+opencl:0", "opencl:2", "opencl:1+cpu");
  if (stack.device.find("cpu") != std::string::npos) stack.threads = *rc::gen::inRange(1, 1024);
  const auto back = parse_stack(text_of(stack));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == stack);
}

RC_GTEST_PROP(Stack, WhatParsesPrintsAndParsesToTheSame, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab|+:,/= 1.\n\t")));
  const auto stack = parse_stack(text);
  if (!stack) return;
  const auto again = parse_stack(text_of(*stack));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == *stack);
}

}  // namespace
}  // namespace dlis
