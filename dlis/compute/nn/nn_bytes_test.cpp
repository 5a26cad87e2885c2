// Bytes that stand for reals: sums, and rounding from one scale to another, against the definition;
// integers wrap around.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dlis/compute/nn/nn_case.h"
#include "dlis/compute/nn/nn_judge.h"
#include "dlis/compute/nn/nn_truth.h"
#include "dlis/compute/numbers.h"

namespace dlis {
namespace {

OpCase bytes_case(const char* op, DType type, int inputs, Lie lie, Rng& rng) {
  const Shape shape{2, 35, 3, 5};
  OpCase c;
  c.problem.op = op;
  for (int i = 0; i <= inputs; ++i) {
    LaidOut& laid = (i < inputs ? c.inputs : c.outputs).emplace_back(type, shape, lie);
    laid.scale = {float(rng.uniform(0.01, 0.05)),
                  std::int32_t(rng.below(256)) - (type == DType::i8 ? 128 : 0)};
    laid.for_each([&](std::byte* p) { *p = std::byte(rng.below(256)); });
  }
  c.problem.attributes.set("scale", Floats{c.outputs[0].scale.scale});
  c.problem.attributes.set("zero_point", Ints{c.outputs[0].scale.zero});
  return c;
}

// The reals of all inputs added up, in units of the output, before rounding.
std::vector<double> sums_of(OpCase& c) {
  std::vector<double> sums;
  for (LaidOut& in : c.inputs) {
    std::size_t i = 0;
    in.for_each([&](std::byte* p) {
      const TensorDesc d = in.desc();
      sums.resize(std::max(sums.size(), i + 1));
      sums[i++] += real_at(p, d.type, 0, d.scale) / double(c.outputs[0].scale.scale);
    });
  }
  return sums;
}

// A unit off only where the sum is within rounding noise of a tie.
void expect_sums(OpCase& c) {
  const LaidOut& out = c.outputs[0];
  const double low = out.desc().type == DType::i8 ? -128 : 0;
  const std::vector<double> sums = sums_of(c);
  std::size_t i = 0;
  c.outputs[0].for_each([&](std::byte* p) {
    const double want = std::clamp(sums[i++] + out.scale.zero, low, low + 255);
    EXPECT_LE(std::abs(number_at(p, out.desc().type) - want), 0.5 + 1e-4);
  });
  EXPECT_TRUE(c.outputs[0].clean_outside());
}

TEST(NnBytes, SumsAndOtherScales) {
  Rng rng(3);
  for (const char* op : {"Add", "QuantizeLinear"})
    for (DType type : {DType::u8, DType::i8})
      for (Lie lie : kLies)
        for (Isa isa : host_isas())
          for (int workers : {1, 3}) {
            SCOPED_TRACE(std::string(op) + " on " + std::string(name_of(isa)));
            OpCase c = bytes_case(op, type, std::string(op) == "Add" ? 2 : 1, lie, rng);
            c.problem.isa = isa;
            c.problem.workers = workers;
            c.prepare(*find_op_row(op));
            ASSERT_TRUE(c.verdict) << c.verdict.reason;
            c.run_tiles();
            expect_sums(c);
          }
}

// What the operator makes of the reals, in units of the output, before rounding.
std::vector<double> truth_of(OpCase& c) {
  const TensorDesc in = c.inputs[0].desc();
  truth::Array x(truth::Index(in.shape.begin(), in.shape.end()));
  std::size_t i = 0;
  c.inputs[0].for_each([&](std::byte* p) { x.values[i++] = real_at(p, in.type, 0, in.scale); });
  truth::Array y = truth::functions().at(c.problem.op)(c.problem.attributes, {x})[0];
  for (double& value : y.values) value /= double(c.outputs[0].scale.scale);
  return y.values;
}

OpCase unary_case(const Listed& listed, DType type, Lie lie, Rng& rng, const Shape& out) {
  OpCase c;
  c.problem.op = listed.op;
  for (const auto& [name, value] : listed.attributes) c.problem.attributes.set(name, value);
  c.inputs.emplace_back(type, listed.inputs[0], lie);
  c.outputs.emplace_back(type, out, lie);
  for (LaidOut* laid : {&c.inputs[0], &c.outputs[0]}) {
    laid->scale = {float(rng.uniform(0.01, 0.05)),
                   std::int32_t(rng.below(256)) - (type == DType::i8 ? 128 : 0)};
    laid->for_each([&](std::byte* p) { *p = std::byte(rng.below(256)); });
  }
  return c;
}

// At most half a unit off but for rounding noise, whatever the order of memory.
void expect_truth(const Listed& listed, const Shape& out) {
  Rng rng(11);
  for (DType type : {DType::u8, DType::i8})
    for (Lie lie : kLies)
      for (Isa isa : host_isas())
        for (int workers : {1, 3}) {
          SCOPED_TRACE(std::string(listed.op) + " on " + std::string(name_of(isa)));
          OpCase c = unary_case(listed, type, lie, rng, out);
          c.problem.isa = isa;
          c.problem.workers = workers;
          c.prepare(*find_op_row(listed.op));
          ASSERT_TRUE(c.verdict) << c.verdict.reason;
          c.run_tiles();
          const std::vector<double> want = truth_of(c);
          const double low = type == DType::i8 ? -128 : 0, zero = c.outputs[0].scale.zero;
          std::size_t i = 0;
          c.outputs[0].for_each([&](std::byte* p) {
            const double limited = std::clamp(want[i++] + zero, low, low + 255);
            EXPECT_LE(std::abs(number_at(p, type) - limited), 0.5 + 1e-3);
          });
          EXPECT_TRUE(c.outputs[0].clean_outside());
        }
}

TEST(NnBytes, UnaryOperators) {
  const Shape shape{2, 35, 3, 5};
  for (const char* op :
       {"Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Exp", "Erf"})
    expect_truth({op, {shape}, {{"alpha", 0.2f}, {"beta", 0.5f}}}, shape);
  expect_truth({"Clip", {shape}, {{"min", -0.3f}, {"max", 1.1f}}}, shape);
}

TEST(NnBytes, Means) {
  const std::vector<std::pair<std::string, Attribute>> window = {{"kernel_shape", Ints{3, 2}},
                                                                 {"strides", Ints{2, 1}},
                                                                 {"dilations", Ints{1, 1}},
                                                                 {"pads", Ints{1, 1, 1, 0}}};
  for (std::int64_t padding : {0, 1})
    for (std::int64_t channels : {5, 64, 70}) {
      Listed listed{"AveragePool", {Shape{2, channels, 7, 6}}, window};
      listed.attributes.push_back({"count_include_pad", padding});
      expect_truth(listed, Shape{2, channels, 4, 6});
    }
  expect_truth({"GlobalAveragePool", {Shape{2, 70, 7, 5}}}, Shape{2, 70, 1, 1});
  expect_truth(
      {"ReduceMean", {Shape{3, 600, 4}}, {{"axes", Ints{0}}, {"keepdims", std::int64_t(1)}}},
      Shape{1, 600, 4});
}

// Sums are exact and ties go to the even number: means of four bytes to the same scale.
TEST(NnBytes, MeansRoundTiesToEven) {
  OpCase c;
  c.problem.op = "GlobalAveragePool";
  c.inputs.emplace_back(DType::u8, Shape{1, 3, 2, 2}, Lie::row_major);
  c.outputs.emplace_back(DType::u8, Shape{1, 3, 1, 1}, Lie::row_major);
  for (LaidOut* laid : {&c.inputs[0], &c.outputs[0]}) laid->scale = {0.1f, 100};
  const int given[] = {100, 101, 101, 100, 101, 102, 101, 102, 255, 255, 255, 255};
  int i = 0;
  c.inputs[0].for_each([&](std::byte* p) { *p = std::byte(given[i++]); });
  c.prepare(*find_op_row("GlobalAveragePool"));
  c.run();
  std::vector<double> got;
  c.outputs[0].for_each([&](std::byte* p) { got.push_back(number_at(p, DType::u8)); });
  EXPECT_THAT(got, testing::ElementsAre(100, 102, 255));
}

TEST(NnBytes, MeansRefuseWhatOverflows) {
  OpProblem problem;
  problem.op = "GlobalAveragePool";
  for (const Shape& shape : {Shape{1, 1, 4096, 4096}, Shape{1, 1, 1, 1}}) {
    const TensorDesc desc{DType::u8, shape, row_major_strides(shape)};
    (problem.inputs.empty() ? problem.inputs : problem.outputs).push_back(desc);
  }
  EXPECT_EQ(find_op_row("GlobalAveragePool")->accepts(problem).reason,
            "a sum of so many bytes overflows 32 bits");
}

TEST(NnBytes, OtherOperatorsRefuseScales) {
  Rng rng(5);
  for (const char* op : {"Sub", "Mul", "Max"}) {
    OpCase c = bytes_case(op, DType::u8, 2, Lie::row_major, rng);
    c.prepare(*find_op_row(op));
    EXPECT_FALSE(c.verdict) << op;
  }
  for (const char* op : {"MaxPool", "Transpose"}) {
    OpCase c = bytes_case(op, DType::u8, 1, Lie::row_major, rng);
    c.prepare(*find_op_row(op));
    EXPECT_EQ(c.verdict.reason, "moves numbers, not to another scale") << op;
  }
}

double integer(const char* op, DType type, double a, double b) {
  OpCase c;
  c.problem.op = op;
  for (double x : {a, b}) {
    LaidOut& in = c.inputs.emplace_back(type, Shape{1}, Lie::row_major);
    in.for_each([&](std::byte* p) { put_stored(p, type, 0, x); });
  }
  c.outputs.emplace_back(type, Shape{1}, Lie::row_major);
  c.prepare(*find_op_row(op));
  c.run();
  double got = 0;
  c.outputs[0].for_each([&](std::byte* p) { got = number_at(p, type); });
  return got;
}

TEST(NnBytes, IntegersWrapAroundAndNeverTrap) {
  EXPECT_EQ(integer("Add", DType::i8, 127, 1), -128);
  EXPECT_EQ(integer("Add", DType::u8, 255, 2), 1);
  EXPECT_EQ(integer("Sub", DType::u8, 0, 1), 255);
  EXPECT_EQ(integer("Mul", DType::i8, -128, -1), -128);
  EXPECT_EQ(integer("Mul", DType::i32, 65536, 65537), 65536);
  EXPECT_EQ(integer("Div", DType::i32, -7, 2), -3);
  EXPECT_EQ(integer("Div", DType::i32, -2147483648.0, -1), -2147483648.0);
  EXPECT_EQ(integer("Div", DType::i8, 5, 0), 0);
}

}  // namespace
}  // namespace dlis
