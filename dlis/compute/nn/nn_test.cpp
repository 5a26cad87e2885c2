// Rows x ISAs x cases x orders of memory: every row agrees with the truth, writes only its views,
// and gives the same bits however its tiles are handed out. A new row needs a case and a truth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "dlis/compute/device_ops.h"
#include "dlis/compute/nn/nn_case.h"
#include "dlis/compute/nn/nn_cases.h"
#include "dlis/compute/nn/nn_judge.h"

namespace dlis {
namespace {

class NnRows : public testing::TestWithParam<const OpRow*> {};

TEST_P(NnRows, AgreeWithTheTruth) {
  const OpRow& row = *GetParam();
  if (const Verdict device = find_device(row.device)->available(); !device)
    GTEST_SKIP() << row.name << " is not tested: " << device.reason;
  int found = 0;
  for (const auto* list : {&elementwise_cases(), &movement_cases(), &window_cases(), &sum_cases()})
    for (const Listed& listed : *list) {
      if (std::string(listed.op) != row.name) continue;
      const std::string wrong = judge(row, listed, listed.from, listed.to);
      // A device may leave what it does not know to the processor.
      if (row.enqueue && wrong.find("refused: ") != std::string::npos) continue;
      ++found;
      EXPECT_EQ(wrong, "");
    }
  if (std::string(row.name) != "Gather") {  // it takes indices: NnGather
    EXPECT_GT(found, 0) << "no case exercises this row";
  }
}

TEST_P(NnRows, SayWhyTheyRefuse) {
  const OpRow& row = *GetParam();
  OpProblem nothing;
  nothing.op = row.name;
  const Verdict verdict = row.accepts(nothing);
  ASSERT_FALSE(verdict);
  EXPECT_THAT(verdict.reason, testing::MatchesRegex("[a-z0-9].*[^.]"));
}

INSTANTIATE_TEST_SUITE_P(All, NnRows, testing::ValuesIn(op_rows().begin(), op_rows().end()),
                         [](const auto& each) { return std::string(each.param->name); });

std::vector<const OpRow*> rows_of_devices() {
  return {device_op_rows().begin(), device_op_rows().end()};
}
INSTANTIATE_TEST_SUITE_P(Devices, NnRows, testing::ValuesIn(rows_of_devices()),
                         [](const auto& each) {
                           return std::string(each.param->device) + "_" + each.param->name;
                         });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(NnRows);

TEST(NnList, HasEachOperatorOnce) {
  std::set<std::string> names;
  for (const OpRow* row : op_rows()) {
    EXPECT_TRUE(names.insert(row->name).second) << row->name;
    EXPECT_EQ(find_op_row(row->name), row);
  }
  EXPECT_EQ(find_op_row("Loop"), nullptr);
}

TEST(NnTypes, ArithmeticRefusesIntegers) {
  for (const char* op : {"Pow", "Relu", "AveragePool", "Softmax", "MatMul", "ReduceSum"}) {
    OpProblem problem;
    problem.op = op;
    const Shape shape{2, 3, 4, 4};
    problem.inputs.assign(std::string(op) == "Pow" || std::string(op) == "MatMul" ? 2 : 1,
                          {DType::i32, shape, row_major_strides(shape)});
    problem.outputs = {{DType::i32, shape, row_major_strides(shape)}};
    EXPECT_EQ(find_op_row(op)->accepts(problem).reason, "computes f32 only, not i32");
  }
}

TEST(NnTypes, MovingWorksForAnyElement) {
  for (DType type : {DType::i8, DType::f16, DType::i32, DType::i64})
    for (const Listed& listed : movement_cases()) {
      Listed whole = listed;
      whole.low = -50;
      whole.high = 50;
      if (std::string(listed.op) == "Cast") continue;
      for (auto& [name, value] : whole.attributes)
        if (name == "constant_value") value = 2.0f;
      EXPECT_EQ(judge(*find_op_row(listed.op), whole, type), "");
    }
}

TEST(NnTypes, CastGoesEverywhere) {
  const DType types[] = {DType::f32, DType::f16, DType::bf16, DType::i8,
                         DType::u8,  DType::i32, DType::i64};
  for (DType from : types)
    for (DType to : types) {
      const Listed listed{"Cast", {{3, 20, 2, 5}}, {}, 0, 100};
      EXPECT_EQ(judge(*find_op_row("Cast"), listed, from, to), "");
    }
}

TEST(NnTypes, CastTruncatesAndSaturates) {
  OpCase c;
  c.problem.op = "Cast";
  const double given[] = {-1.9, 1.9, 300, -300, std::nan(""), INFINITY, -INFINITY, 127.5};
  const double wanted[] = {-1, 1, 127, -128, 0, 127, -128, 127};
  c.inputs.emplace_back(DType::f32, Shape{8}, Lie::row_major);
  c.outputs.emplace_back(DType::i8, Shape{8}, Lie::row_major);
  int i = 0;
  c.inputs[0].for_each([&](std::byte* p) { put_number(given[i++], DType::f32, p); });
  c.prepare(*find_op_row("Cast"));
  c.run();
  i = 0;
  c.outputs[0].for_each([&](std::byte* p) { EXPECT_EQ(number_at(p, DType::i8), wanted[i++]); });
}

TEST(NnGather, PicksEntries) {
  const Shape data{4, 7, 3, 5};
  const std::vector<Shape> index_shapes = {Shape{}, Shape{6}, Shape{2, 3}};
  for (int axis = 0; axis < 4; ++axis)
    for (const Shape& indices : index_shapes)
      for (DType type : {DType::i32, DType::i64})
        EXPECT_EQ(judge_gather(data, indices, axis, type), "");
}

TEST(NnGather, StaysInsideForWildIndices) {
  OpCase c;
  c.problem.op = "Gather";
  c.problem.attributes.set("axis", std::int64_t(0));
  c.inputs.emplace_back(DType::f32, Shape{3}, Lie::row_major);
  c.inputs.emplace_back(DType::i64, Shape{3}, Lie::row_major);
  c.outputs.emplace_back(DType::f32, Shape{3}, Lie::row_major);
  double x = 1;
  c.inputs[0].for_each([&](std::byte* p) { put_number(x++, DType::f32, p); });
  const double wild[] = {1e15, -1e15, -1};
  int i = 0;
  c.inputs[1].for_each([&](std::byte* p) { put_number(wild[i++], DType::i64, p); });
  c.prepare(*find_op_row("Gather"));
  c.run();
  std::vector<double> got;
  c.outputs[0].for_each([&](std::byte* p) { got.push_back(number_at(p, DType::f32)); });
  EXPECT_THAT(got, testing::ElementsAre(3, 1, 3));
}

// Every shape that a tail of one to 67 lanes may have.
TEST(NnTails, EveryLengthIsRight) {
  for (std::int64_t n = 1; n <= 67; ++n) {
    for (const char* op : {"Relu", "Exp", "Sigmoid"})
      EXPECT_EQ(judge(*find_op_row(op), {op, {Shape{n}}}), "");
    EXPECT_EQ(
        judge(*find_op_row("Softmax"), {"Softmax", {Shape{2, n}}, {{"axis", std::int64_t(1)}}}),
        "");
    EXPECT_EQ(judge(*find_op_row("ReduceMean"), {"ReduceMean", {Shape{3, n}}, {{"axes", Ints{1}}}}),
              "");
    EXPECT_EQ(judge(*find_op_row("ReduceMean"), {"ReduceMean", {Shape{3, n}}, {{"axes", Ints{0}}}}),
              "");
    EXPECT_EQ(judge(*find_op_row("MatMul"), {"MatMul", {Shape{n, 3}, Shape{3, n}}}), "");
  }
}

// An operator may write over its first input where it reads each element before it writes there.
TEST(NnInPlace, ElementwiseMayOverwriteItsInput) {
  for (const char* op : {"Relu", "Add", "Sum", "Softmax"}) EXPECT_EQ(judge_in_place(op), "");
}

}  // namespace
}  // namespace dlis
