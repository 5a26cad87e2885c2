// What the operators of CNNs cost on NHWC, beside a memcpy of the same bytes in the same run.
// Results are checked against the generic kernels before they are timed.
#include <benchmark/benchmark.h>

#include <array>
#include <set>

#include "dlis/compute/nn/nn_case.h"

namespace dlis {
namespace {

struct Timed {
  const char* name;
  const char* op;
  std::vector<Shape> inputs;
  Shape output;
  std::vector<std::pair<std::string, Attribute>> attributes = {};
  Lie lie = Lie::channels_last;
};

const Ints k2{2, 2}, k3{3, 3}, kPad1{1, 1, 1, 1};
const Shape kMap{1, 64, 56, 56};

// One line for every row at least; a row without is an error.
const std::vector<Timed>& timed() {
  static const std::vector<Timed> all = {
      {"relu", "Relu", {kMap}, kMap},
      {"leaky_relu", "LeakyRelu", {kMap}, kMap},
      {"prelu", "PRelu", {kMap, {64, 1, 1}}, kMap},
      {"clip", "Clip", {kMap}, kMap, {{"min", 0.0f}, {"max", 6.0f}}},
      {"sigmoid", "Sigmoid", {kMap}, kMap},
      {"tanh", "Tanh", {kMap}, kMap},
      {"hard_sigmoid", "HardSigmoid", {kMap}, kMap},
      {"hard_swish", "HardSwish", {kMap}, kMap},
      {"exp", "Exp", {kMap}, kMap},
      {"sqrt", "Sqrt", {kMap}, kMap},
      {"pow", "Pow", {kMap, {1}}, kMap},
      {"erf", "Erf", {kMap}, kMap},
      {"gelu", "Gelu", {kMap}, kMap},
      {"neg", "Neg", {kMap}, kMap},
      {"reciprocal", "Reciprocal", {kMap}, kMap},
      {"add", "Add", {kMap, kMap}, kMap},
      {"add_large", "Add", {{1, 256, 112, 112}, {1, 256, 112, 112}}, {1, 256, 112, 112}},
      {"add_channel", "Add", {kMap, {64, 1, 1}}, kMap},
      {"sub", "Sub", {kMap, kMap}, kMap},
      {"mul_gate", "Mul", {kMap, {1, 64, 1, 1}}, kMap},
      {"div", "Div", {kMap, kMap}, kMap},
      {"sum3", "Sum", {kMap, kMap, kMap}, kMap},
      {"max", "Max", {kMap, kMap}, kMap},
      {"min", "Min", {kMap, kMap}, kMap},
      {"batch_normalization", "BatchNormalization", {kMap, {64}, {64}, {64}, {64}}, kMap},
      {"lrn", "LRN", {kMap}, kMap, {{"size", std::int64_t(5)}}},
      {"layer_normalization",
       "LayerNormalization",
       {{3136, 96}, {96}, {96}},
       {3136, 96},
       {{"axis", std::int64_t(1)}}},
      {"max_pool_2x2", "MaxPool", {kMap}, {1, 64, 28, 28}, {{"kernel_shape", k2}, {"strides", k2}}},
      {"max_pool_3x3",
       "MaxPool",
       {{1, 64, 112, 112}},
       kMap,
       {{"kernel_shape", k3}, {"strides", k2}, {"pads", kPad1}}},
      {"average_pool_3x3", "AveragePool", {kMap}, kMap, {{"kernel_shape", k3}, {"pads", kPad1}}},
      {"global_average_pool", "GlobalAveragePool", {{1, 512, 7, 7}}, {1, 512, 1, 1}},
      {"global_average_pool_large", "GlobalAveragePool", {{8, 256, 56, 56}}, {8, 256, 1, 1}},
      {"global_max_pool", "GlobalMaxPool", {{1, 512, 7, 7}}, {1, 512, 1, 1}},
      {"reduce_mean_last", "ReduceMean", {{512, 768}}, {512, 1}, {{"axes", Ints{1}}}},
      {"reduce_sum_first", "ReduceSum", {{512, 768}}, {1, 768}, {{"axes", Ints{0}}}},
      {"reduce_max_last", "ReduceMax", {{512, 768}}, {512, 1}, {{"axes", Ints{1}}}},
      {"softmax_1000", "Softmax", {{64, 1000}}, {64, 1000}, {{"axis", std::int64_t(1)}}},
      {"softmax_10", "Softmax", {{1000, 10}}, {1000, 10}, {{"axis", std::int64_t(1)}}},
      {"log_softmax_1000", "LogSoftmax", {{64, 1000}}, {64, 1000}, {{"axis", std::int64_t(1)}}},
      {"concat", "Concat", {kMap, kMap}, {1, 128, 56, 56}, {{"axis", std::int64_t(1)}}},
      {"split", "Split", {{1, 128, 56, 56}}, {1, 128, 56, 56}, {{"axis", std::int64_t(1)}}},
      {"slice",
       "Slice",
       {{1, 128, 56, 56}},
       kMap,
       {{"axes", Ints{1}}, {"starts", Ints{64}}, {"ends", Ints{128}}, {"steps", Ints{1}}}},
      {"transpose_nchw",
       "Transpose",
       {{1, 56, 56, 64}},
       kMap,
       {{"perm", Ints{0, 3, 1, 2}}},
       Lie::row_major},
      {"expand", "Expand", {{1, 64, 1, 1}}, kMap},
      {"reshape", "Reshape", {kMap}, {64, 3136}, {}, Lie::row_major},
      {"flatten", "Flatten", {{1, 512, 7, 7}}, {1, 25088}},
      {"squeeze", "Squeeze", {kMap}, {64, 56, 56}, {}, Lie::row_major},
      {"unsqueeze", "Unsqueeze", {{64, 56, 56}}, kMap, {}, Lie::row_major},
      {"identity", "Identity", {kMap}, kMap},
      {"dropout", "Dropout", {kMap}, kMap},
      {"reorder", "Reorder", {kMap}, kMap},
      {"pad", "Pad", {kMap}, {1, 64, 58, 58}, {{"pads", Ints{0, 0, 1, 1, 0, 0, 1, 1}}}},
      {"resize_nearest",
       "Resize",
       {{1, 64, 28, 28}},
       kMap,
       {{"mode", std::string("nearest")}, {"scales", Floats{1, 1, 2, 2}}}},
      {"resize_linear",
       "Resize",
       {{1, 64, 28, 28}},
       kMap,
       {{"mode", std::string("linear")}, {"scales", Floats{1, 1, 2, 2}}}},
      {"cast", "Cast", {kMap}, kMap},
      {"matmul", "MatMul", {{256, 256}, {256, 256}}, {256, 256}},
      {"matmul_batched", "MatMul", {{12, 128, 64}, {12, 64, 128}}, {12, 128, 128}},
      {"gemm", "Gemm", {{256, 256}, {256, 256}}, {256, 256}, {{"transB", std::int64_t(1)}}},
      {"conv_transpose",
       "ConvTranspose",
       {{1, 64, 28, 28}, {64, 32, 2, 2}},
       {1, 32, 56, 56},
       {{"strides", k2}}},
  };
  return all;
}

OpCase build(const Timed& t) {
  OpCase c;
  c.problem.op = t.op;
  for (const auto& [name, value] : t.attributes) c.problem.attributes.set(name, value);
  Rng rng(3);
  for (const Shape& shape : t.inputs) {
    LaidOut& in = c.inputs.emplace_back(DType::f32, shape, t.lie);
    in.for_each([&](std::byte* p) { put_number(rng.uniform(0.5, 2), DType::f32, p); });
  }
  const bool is_reorder = std::string(t.op) == "Reorder";
  c.outputs.emplace_back(DType::f32, t.output, is_reorder ? Lie::row_major : t.lie);
  return c;
}

std::vector<double> outputs_on(const Timed& t, Isa isa) {
  OpCase c = build(t);
  c.problem.isa = isa;
  c.prepare(*find_op_row(t.op));
  c.run_tiles();
  std::vector<double> all;
  c.outputs[0].for_each([&](std::byte* p) { all.push_back(number_at(p, DType::f32)); });
  return all;
}

bool is_right(const Timed& t) {
  const std::vector<double> want = outputs_on(t, Isa::generic), got = outputs_on(t, host_isa());
  double largest = 0, worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    largest = std::max(largest, std::abs(want[i]));
    worst = std::max(worst, std::abs(got[i] - want[i]));
  }
  return worst <= 1e-4 * largest;
}

std::int64_t bytes_of(const Timed& t) {
  std::int64_t elements = t.output.elements();
  for (const Shape& shape : t.inputs) elements += shape.elements();
  return elements * std::int64_t(sizeof(float));
}

void run_row(benchmark::State& state, const Timed* t) {
  if (!is_right(*t)) return state.SkipWithError("wrong result");
  OpCase c = build(*t);
  c.problem.isa = host_isa();
  c.prepare(*find_op_row(t->op));
  for (auto _ : state) c.run();
  state.SetBytesProcessed(state.iterations() * bytes_of(*t));
}

// Moves as many bytes as the operator reads and writes.
void run_memcpy(benchmark::State& state, const Timed* t) {
  const std::size_t half = std::size_t(bytes_of(*t) / 2);
  Buffer from(half), to(half);
  std::memset(from.data(), 1, half);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), half);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * std::int64_t(2 * half));
}

const bool kRegistered = [] {
  std::set<std::string> seen;
  for (const Timed& t : timed()) {
    seen.insert(t.op);
    benchmark::RegisterBenchmark((std::string(t.name) + "/row").c_str(), run_row, &t);
    benchmark::RegisterBenchmark((std::string(t.name) + "/memcpy").c_str(), run_memcpy, &t);
  }
  for (const OpRow* row : op_rows())
    if (seen.count(row->name) == 0 && std::string(row->name) != "Gather")
      benchmark::RegisterBenchmark(
          (std::string(row->name) + "/missing").c_str(),
          [](benchmark::State& state) { state.SkipWithError("no problem to time"); });
  return true;
}();

}  // namespace
}  // namespace dlis
