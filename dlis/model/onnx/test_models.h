// Small ONNX models and comparisons that the tests of this folder share.
#pragma once
#include <gmock/gmock.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "dlis/model/onnx/onnx.h"
#include "dlis/model/onnx/proto.h"
#include "dlis/model/onnx/tensor_proto.h"
#include "dlis/model/op.h"

namespace dlis::test {

struct Dim {
  Dim(int size) : value(size) {}             // NOLINT: sizes and symbols mix in one list
  Dim(const char* symbol) : name(symbol) {}  // NOLINT
  std::int64_t value = -1;
  std::string name;
};

inline void add_info(google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& list,
                     const std::string& name, const std::vector<Dim>& dims) {
  auto& info = *list.Add();
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape();
  for (const Dim& dim : dims) {
    auto& axis = *type.mutable_shape()->add_dim();
    if (dim.value >= 0) axis.set_dim_value(dim.value);
    if (!dim.name.empty()) axis.set_dim_param(dim.name);
  }
}

inline onnx::NodeProto& add_node(onnx::ModelProto& model, const std::string& op,
                                 const std::vector<std::string>& inputs,
                                 const std::vector<std::string>& outputs) {
  auto& node = *model.mutable_graph()->add_node();
  node.set_op_type(op);
  node.set_name(outputs.empty() ? op : "make_" + outputs[0]);
  for (const auto& name : inputs) node.add_input(name);
  for (const auto& name : outputs) node.add_output(name);
  return node;
}

inline void set_ints(onnx::NodeProto& node, const std::string& name, const Ints& values) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const auto value : values) attribute.add_ints(value);
}

inline void set_axis(onnx::NodeProto& node, std::int64_t axis) {
  auto& attribute = *node.add_attribute();
  attribute.set_name("axis");
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(axis);
}

inline Tensor ramp(const Shape& shape) {
  Tensor tensor(DType::f32, shape);
  float next = 0;
  for (float& x : tensor.edit<float>()) x = (next += 0.25f);
  return tensor;
}

inline onnx::TensorProto& add_weight(onnx::ModelProto& model, const std::string& name,
                                     const Tensor& tensor) {
  return *model.mutable_graph()->add_initializer() = proto_of(tensor, name),
         *model.mutable_graph()->mutable_initializer()->rbegin();
}

inline onnx::ModelProto empty_model(int opset = 17) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(opset);
  model.mutable_graph()->set_name("test");
  return model;
}

// x (1x3x4x4) -> Conv 2 channels, 1x1 -> Relu -> y
inline onnx::ModelProto conv_model(int opset = 17) {
  onnx::ModelProto model = empty_model(opset);
  add_info(*model.mutable_graph()->mutable_input(), "x", {"n", 3, 4, 4});
  add_weight(model, "w", ramp({2, 3, 1, 1}));
  add_node(model, "Conv", {"x", "w"}, {"c"});
  add_node(model, "Relu", {"c"}, {"y"});
  add_info(*model.mutable_graph()->mutable_output(), "y", {"n", 2, 4, 4});
  return model;
}

inline Result<Graph> parse(const onnx::ModelProto& model, const LoadOptions& options = {},
                           const std::filesystem::path& folder = {}) {
  const std::string bytes = model.SerializeAsString();
  return parse_onnx(std::as_bytes(std::span(bytes.data(), bytes.size())), folder, options);
}

// "" where it loads, else the error's sentence.
inline std::string error_of(const Result<Graph>& graph) {
  return graph ? std::string() : graph.error().message();
}

inline void write_text(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// A folder of its own for each test, removed behind it.
class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder = std::filesystem::temp_directory_path() /
             (std::string("dlis_") + info->test_suite_name() + "_" + info->name() + "_" +
              std::to_string(std::random_device()()));
    std::filesystem::create_directories(folder);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
};

// Equal names, types, shapes, constants, nodes, attributes: everything but the order of storage.
inline void expect_same(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.metadata, b.metadata);
  EXPECT_EQ(a.batch_symbol, b.batch_symbol);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.outputs, b.outputs);
  ASSERT_EQ(a.values.size(), b.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const Value &x = a.values[i], &y = b.values[i];
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.type, y.type) << x.name;
    EXPECT_EQ(x.shape, y.shape) << x.name;
    EXPECT_EQ(x.quant, y.quant) << x.name;
    ASSERT_EQ(x.constant.has_value(), y.constant.has_value()) << x.name;
    if (!x.constant.has_value()) continue;
    EXPECT_EQ(std::memcmp(x.constant.data(), y.constant.data(), x.constant.bytes()), 0) << x.name;
  }
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    EXPECT_EQ(a.nodes[i].op, b.nodes[i].op) << i;
    EXPECT_EQ(a.nodes[i].name, b.nodes[i].name) << i;
    EXPECT_EQ(a.nodes[i].inputs, b.nodes[i].inputs) << a.nodes[i].name;
    EXPECT_EQ(a.nodes[i].outputs, b.nodes[i].outputs) << a.nodes[i].name;
    EXPECT_TRUE(a.nodes[i].attributes == b.nodes[i].attributes) << a.nodes[i].name;
  }
}

// The five trained networks and other data; empty where there are none.
inline std::filesystem::path data_folder() {
  if (const char* given = std::getenv("DLIS_DATA")) return given;
  const auto beside = std::filesystem::path(DLIS_SOURCE_DIR) / "../shared/data";
  return std::filesystem::exists(beside) ? beside : std::filesystem::path();
}

}  // namespace dlis::test
