// What ternarise leaves is stored narrow: the same network here, in its file and in a plan.
#include <gmock/gmock.h>

#include "dlis/compress/test_network.h"
#include "dlis/explore/observe.h"
#include "dlis/explore/stack.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/op.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

using testing::Contains;
using testing::HasSubstr;

class Ternarise : public testing::Test {
 protected:
  // The dense layer has one large weight a class, of a feature that is always 0.
  Ternarise() {
    TestNetwork net({1, 3, 8, 8});
    ValueId x =
        net.relu("relu", net.norm("norm", net.conv("first", net.input(), 8, {.kernel = 3})));
    x = net.relu("relu2", net.norm("norm2", net.depthwise("depthwise", x)));
    x = net.conv("middle", x, 8, {.kernel = 6});
    graph_ = net.finish(net.dense("fc", net.flatten("flat", x), 5));
    edit("middle.w", [](std::size_t i, float& w) { w = i < 288 ? 0 : w - 1; });
    edit("fc.w", [](std::size_t i, float& w) { w = i % 8 == 0 ? 1000 : w - 1; });
    images_ = load_dataset("synthetic:16", *graph_.value(graph_.inputs[0]).shape).value();
    options_ = compress_options(images_, graph_).value();
  }

  template <class Change>
  void edit(std::string_view name, Change change) {
    for (Value& value : graph_.values) {
      if (value.name != name) continue;
      const auto all = value.constant.edit<float>();
      for (std::size_t i = 0; i < all.size(); ++i) change(i, all[i]);
    }
  }
  Result<Compressed> applied(const std::string& chain) const {
    return compress(graph_, parse_chain(chain).value(), options_);
  }
  static std::vector<DType> types(const Graph& graph) {
    std::vector<DType> found;
    for (const Node& node : graph.nodes)
      if (std::string_view(node.op->name) == "Conv" || std::string_view(node.op->name) == "Gemm")
        found.push_back(graph.value(node.inputs[1]).type);
    return found;
  }
  static Tensor outputs_of(const Graph& graph) {
    PlanOptions options;
    options.tune = Tune::off;
    Session session = Session::open(make_plan(graph, options).value()).value();
    return session.run(random_inputs(graph)).value()[0];
  }
  static bool same(const Tensor& a, const Tensor& b) {
    return std::ranges::equal(a.as<float>(), b.as<float>());
  }

  Graph graph_;
  Dataset images_;
  CompressOptions options_;
};

TEST_F(Ternarise, RestIsStoredAsAsked) {
  using enum DType;
  const std::pair<const char*, DType> kinds[] = {{"f32", f32}, {"bf16", bf16}, {"int8", i8}};
  for (const auto& [name, type] : kinds) {
    const auto made = applied(std::string("ternarise:rest=") + name);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_TRUE(validate(made->graph));
    EXPECT_THAT(types(made->graph), testing::ElementsAre(type, type, f32, type)) << name;
    for (const Value& value : made->graph.values)
      if (value.type == i8) {
        EXPECT_EQ(value.quant->scale.size(), std::size_t((*value.shape)[0]));
        EXPECT_EQ(value.quant->axis, 0);
      }
  }
  EXPECT_THAT(applied("ternarise:rest=int8")->notes,
              Contains("weights in int8: first, depthwise, fc"));
}

TEST_F(Ternarise, FilesSayTheSame) {
  for (const char* chain : {"ternarise:rest=bf16", "ternarise:rest=int8"}) {
    const Graph graph = applied(chain).value().graph;
    const std::string bytes = serialise_onnx(graph).value();
    const auto read = parse_onnx(std::as_bytes(std::span(bytes)), "", {});
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_TRUE(same(outputs_of(graph), outputs_of(*read))) << chain;
    EXPECT_LT(bytes.size(), serialise_onnx(applied("ternarise").value().graph).value().size());
  }
}

// BatchNormalization goes into narrow weights as into others.
TEST_F(Ternarise, PlansAreAsShort) {
  const auto steps = [&](const char* chain) {
    PlanOptions options;
    options.tune = Tune::off;
    return make_plan(applied(chain).value().graph, options).value()->steps.size();
  };
  EXPECT_EQ(steps("ternarise:rest=int8"), steps("ternarise"));
  EXPECT_EQ(steps("ternarise:rest=bf16"), steps("ternarise"));
}

TEST_F(Ternarise, ImagesTellWhatIntegersCannotHold) {
  const auto made = applied("ternarise:rest=auto");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->notes, Contains("weights in int8: first, depthwise"));
  EXPECT_THAT(made->notes, Contains("weights in bf16: fc"));
  options_.images = nullptr;
  const auto blind = applied("ternarise:rest=auto");
  EXPECT_TRUE(blind.error().refused);
  EXPECT_THAT(blind.error().message(), HasSubstr("give --data"));
  EXPECT_THAT(applied("ternarise:rest=int4").error().message(), HasSubstr("int8"));
}

}  // namespace
}  // namespace dlis
