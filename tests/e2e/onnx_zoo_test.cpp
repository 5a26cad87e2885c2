// Every built-in network survives being written as ONNX and read again, bit by bit.
#include <gmock/gmock.h>

#include <cstring>

#include "dlis/base/file.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis {
namespace {

std::vector<std::string> all_forms() {
  std::vector<std::string> names;
  for (const ModelRow* row : models()) {
    if (row->cifar || row->of_data) names.emplace_back(row->name);
    if (row->imagenet) names.push_back(std::string(row->name) + "@224");
  }
  return names;
}

void expect_same_values(const Graph& a, const Graph& b) {
  ASSERT_EQ(a.values.size(), b.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const Value &x = a.values[i], &y = b.values[i];
    ASSERT_EQ(x.name, y.name);
    ASSERT_EQ(x.shape, y.shape) << x.name;
    ASSERT_EQ(x.constant.has_value(), y.constant.has_value()) << x.name;
    if (!x.constant.has_value()) continue;
    ASSERT_EQ(std::memcmp(x.constant.data(), y.constant.data(), x.constant.bytes()), 0) << x.name;
  }
}

void expect_same_nodes(const Graph& a, const Graph& b) {
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    const Node &x = a.nodes[i], &y = b.nodes[i];
    ASSERT_EQ(x.op, y.op) << x.name;
    ASSERT_EQ(x.name, y.name);
    ASSERT_TRUE(x.attributes == y.attributes) << x.name;
    ASSERT_EQ(x.inputs, y.inputs) << x.name;
    ASSERT_EQ(x.outputs, y.outputs) << x.name;
  }
}

class OnnxZoo : public testing::TestWithParam<std::string> {};

TEST_P(OnnxZoo, RoundTrip) {
  const auto built = build_model(GetParam());
  ASSERT_TRUE(built) << built.error().message();
  const auto bytes = serialise_onnx(*built);
  ASSERT_TRUE(bytes) << bytes.error().message();
  const auto loaded = parse_onnx(bytes_of(*bytes), {});
  ASSERT_TRUE(loaded) << loaded.error().message();
  expect_same_values(*built, *loaded);
  expect_same_nodes(*built, *loaded);
  EXPECT_EQ(built->inputs, loaded->inputs);
  EXPECT_EQ(built->outputs, loaded->outputs);
  EXPECT_EQ(built->metadata, loaded->metadata);
  EXPECT_EQ(built->batch_symbol, loaded->batch_symbol);
}

// No norm, activation or addition is left that a convolution could take.
TEST_P(OnnxZoo, PreparesCompletely) {
  const auto built = build_model(GetParam());
  ASSERT_TRUE(built) << built.error().message();
  const auto prepared = prepare(*built);
  ASSERT_TRUE(prepared) << prepared.error().message();
  EXPECT_EQ(macs_of(*built), macs_of(*prepared));
  for (const Node& node : prepared->nodes)
    EXPECT_THAT(
        node.op->name,
        testing::AnyOf(testing::StrEq("Conv"), testing::StrEq("Gemm"), testing::StrEq("MaxPool"),
                       testing::StrEq("GlobalAveragePool"), testing::StrEq("Flatten"),
                       testing::StrEq("Slice"), testing::StrEq("Pad"), testing::StrEq("Concat")))
        << node.name;
}

INSTANTIATE_TEST_SUITE_P(Forms, OnnxZoo, testing::ValuesIn(all_forms()), [](const auto& form) {
  std::string name = form.param;
  for (char& c : name)
    if (c == '@') c = '_';
  return name;
});

}  // namespace
}  // namespace dlis
