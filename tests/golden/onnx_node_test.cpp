// ONNX's own node tests: every case is loaded, planned and run, and has to give the outputs that
// ONNX recorded, but for those that onnx_node_exceptions.txt names, which have to fail.
//
// The cases pass settings (the shape of a Reshape, the bounds of a Clip) and weights as graph
// inputs; networks have them as constants. So what the operator's row takes as a setting or a
// weight is fixed at load. Where a kernel takes weights at run time, the case runs that way as
// well.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "dlis/compute/row.h"
#include "dlis/hardware/device.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/onnx/proto.h"
#include "dlis/model/op.h"
#include "dlis/runtime/plan.h"
#include "dlis/runtime/session.h"
#include "tests/data_folder.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

constexpr double kRelative = 1e-4, kAbsolute = 1e-5;  // ONNX's own: 1e-3 and 1e-7
// ONNX recorded this one's outputs with four digits, so it takes ONNX's own relative tolerance.
constexpr const char* kFourDigits = "test_averagepool_2d_ceil_last_window_starts_on_pad";
constexpr std::size_t kMostExceptions = 50;
constexpr const char* kTable = DLIS_SOURCE_DIR "/tests/golden/onnx_node_exceptions.txt";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(data_folder("onnx_node"), missing))
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// `case: reason`, one a line.
std::map<std::string, std::string> exceptions() {
  std::map<std::string, std::string> table;
  std::ifstream file(kTable);
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (colon == std::string::npos) ADD_FAILURE() << "not `case: reason`: " << line;
    EXPECT_TRUE(table.emplace(line.substr(0, colon), line.substr(colon + 2)).second) << line;
  }
  return table;
}

onnx::ModelProto model_of(const std::string& name) {
  onnx::ModelProto model;
  std::ifstream file(data_folder("onnx_node") / name / "model.onnx", std::ios::binary);
  EXPECT_TRUE(model.ParseFromIstream(&file)) << name;
  return model;
}

// Whether the operator's row takes this position of its inputs as a setting, or as weights.
bool is_setting(const Operator& op, int position) { return position >= op.max_inputs; }
bool is_weight(const Operator& op, int position) {
  const bool statistics = std::string_view(op.name) == "BatchNormalization";
  return position > 0 && ((op.weights >> position & 1) || statistics);
}

struct Case {
  LoadOptions options;
  std::vector<Tensor> inputs, expected;  // `inputs` without those that the options fix
};

Result<Case> read_case(const std::string& name, const fs::path& data, bool weights_fixed) {
  const onnx::ModelProto model = model_of(name);
  const auto& graph = model.graph();
  const Operator* op = find_operator(graph.node(0).op_type());
  Case read;
  for (int i = 0; i < graph.input_size(); ++i) {
    const Tensor tensor = DLIS_TRY(load_tensor_pb(data / fmt::format("input_{}.pb", i)));
    const auto& names = graph.node(0).input();
    const int position =
        int(std::find(names.begin(), names.end(), graph.input(i).name()) - names.begin());
    if (op && (is_setting(*op, position) || (weights_fixed && is_weight(*op, position))))
      read.options.constants[graph.input(i).name()] = tensor;
    else
      read.inputs.push_back(tensor);
  }
  for (int i = 0; i < graph.output_size(); ++i)
    read.expected.push_back(DLIS_TRY(load_tensor_pb(data / fmt::format("output_{}.pb", i))));
  return read;
}

Status compare(const Tensor& got, const Tensor& expected, std::size_t output, double relative) {
  const auto place = fmt::format("output {}", output);
  if (got.type() != expected.type() || got.shape() != expected.shape())
    return fail(fmt::format("is {} {} and should be {} {}", name_of(got.type()), got.shape().text(),
                            name_of(expected.type()), expected.shape().text()),
                place);
  if (got.type() != DType::f32) {
    const bool same = std::equal(got.data(), got.data() + got.bytes(), expected.data());
    return same ? Status() : fail("differs", place);
  }
  for (std::size_t i = 0; i < got.as<float>().size(); ++i) {
    const double a = got.as<float>()[i], b = expected.as<float>()[i];
    const bool near = std::abs(a - b) <= kAbsolute + relative * std::abs(b);
    if (!near && a != b && !(std::isnan(a) && std::isnan(b)))
      return fail(fmt::format("element {} is {} and should be {}", i, a, b), place);
  }
  return {};
}

Status run_case(const std::string& name, bool weights_fixed, const char* device = "cpu") {
  const fs::path folder = data_folder("onnx_node") / name;
  const Case one = DLIS_TRY(read_case(name, folder / "test_data_set_0", weights_fixed));
  const Graph graph = DLIS_TRY(load_onnx(folder / "model.onnx", one.options));
  PlanOptions options;
  options.tune = Tune::off;
  options.device = device;
  auto plan = DLIS_TRY(make_plan(graph, options));
  Session session = DLIS_TRY(Session::open(std::move(plan)));
  const auto got = DLIS_TRY(session.run(one.inputs));
  if (got.size() != one.expected.size())
    return fail(fmt::format("{} outputs, not {}", got.size(), one.expected.size()));
  const double relative = name == kFourDigits ? 1e-3 : kRelative;
  for (std::size_t i = 0; i < got.size(); ++i)
    DLIS_TRY(compare(got[i], one.expected[i], i, relative));
  return {};
}

bool takes_weights_at_run_time(const std::string& name) {
  const std::string type = model_of(name).graph().node(0).op_type();
  const Operator* op = find_operator(type);
  return op && op->weights != 0 && find_op_row(type);
}

class OnnxNode : public testing::TestWithParam<std::string> {};

TEST_P(OnnxNode, GivesWhatOnnxRecorded) {
  static const auto table = exceptions();
  const Status status = run_case(GetParam(), true);
  if (const auto found = table.find(GetParam()); found != table.end()) {
    EXPECT_FALSE(status) << "passes; remove it from the table";
    return;
  }
  EXPECT_TRUE(status) << status.error().message();
  if (!takes_weights_at_run_time(GetParam())) return;
  const Status given = run_case(GetParam(), false);
  EXPECT_TRUE(given) << "weights given at run time: " << given.error().message();
}

// What a device does not take runs on the host, but a network whose layers with weights all do is
// refused.
TEST_P(OnnxNode, GivesTheSameOnADevice) {
  const Device* device = find_device("opencl");
  if (!device || !device->available()) GTEST_SKIP() << "there is no OpenCL device";
  static const auto table = exceptions();
  if (table.contains(GetParam())) return;
  const Status status = run_case(GetParam(), true, device->name);
  EXPECT_TRUE(status || status.error().refused) << status.error().message();
}

INSTANTIATE_TEST_SUITE_P(Cases, OnnxNode, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OnnxNode);

// What has to work in f32, all of it: 3-D pooling and second outputs aside, these operators.
bool has_to_work(const onnx::GraphProto& graph) {
  static const std::vector<std::string> kOperators{"Conv",
                                                   "ConvTranspose",
                                                   "Gemm",
                                                   "MatMul",
                                                   "BatchNormalization",
                                                   "Relu",
                                                   "LeakyRelu",
                                                   "PRelu",
                                                   "Clip",
                                                   "Sigmoid",
                                                   "Tanh",
                                                   "HardSigmoid",
                                                   "HardSwish",
                                                   "Exp",
                                                   "Sqrt",
                                                   "Pow",
                                                   "Erf",
                                                   "Add",
                                                   "Sub",
                                                   "Mul",
                                                   "Div",
                                                   "Sum",
                                                   "Max",
                                                   "Min",
                                                   "MaxPool",
                                                   "AveragePool",
                                                   "GlobalAveragePool",
                                                   "GlobalMaxPool",
                                                   "Reshape",
                                                   "Concat",
                                                   "Pad",
                                                   "Transpose"};
  const auto& type = graph.input(0).type().tensor_type();
  return std::find(kOperators.begin(), kOperators.end(), graph.node(0).op_type()) !=
             kOperators.end() &&
         type.elem_type() == onnx::TensorProto::FLOAT && type.shape().dim_size() < 5 &&
         graph.output_size() == 1;
}

TEST(OnnxNodeTable, IsShortAndHoldsOnlyWhatItMay) {
  const std::vector<std::string> known = cases();
  if (known.empty())
    GTEST_SKIP() << "NO ONNX NODE CASES in " << data_folder("onnx_node") << "; set DLIS_DATA";
  EXPECT_EQ(known.size(), 204u);
  const auto table = exceptions();
  EXPECT_LE(table.size(), kMostExceptions);
  for (const auto& [name, reason] : table) {
    ASSERT_TRUE(std::binary_search(known.begin(), known.end(), name)) << name << ": no such case";
    EXPECT_FALSE(reason.empty()) << name;
    EXPECT_FALSE(has_to_work(model_of(name).graph())) << name << " may not be excepted";
  }
}

}  // namespace
}  // namespace dlis
