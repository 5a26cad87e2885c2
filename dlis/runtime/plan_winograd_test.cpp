// Layers whose weights live in the Winograd domain, through the plan.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dlis/base/winograd.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

PlanOptions untuned(const std::string& format = "auto", const std::string& compute = "auto") {
  PlanOptions options;
  options.tune = Tune::off;
  options.format = format;
  options.compute = compute;
  return options;
}

Tensor run(const Graph& graph, const PlanOptions& options) {
  const auto plan = make_plan(graph, options);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message());
  auto session = Session::open(*plan);
  return (*session->run(random_inputs(graph)))[0];
}

// G g G^T of every filter, of which one frequency is then left out.
Tensor transformed(const Tensor& weights, int m, int dropped) {
  const WinogradMatrices& matrices = *winograd_matrices(m);
  const std::int64_t values = matrices.a * matrices.a;
  const Shape& shape = weights.shape();
  Tensor out(DType::f32, {shape[0], shape[1], matrices.a, matrices.a});
  double u[64];
  for (std::int64_t i = 0; i < shape[0] * shape[1]; ++i) {
    winograd_weights(matrices, weights.as<float>().data() + i * 9, u);
    for (std::int64_t f = 0; f < values; ++f)
      out.edit<float>()[std::size_t(i * values + f)] = f == dropped ? 0 : float(u[f]);
  }
  return out;
}

struct Networks {
  Graph filters, domain;
};

// Two layers of filters, and the same in the Winograd domain.
Networks networks(int m, bool relu, int dropped = -1) {
  GraphBuilder b;
  ValueId x = b.conv(b.input({2, 9, 11, 14}), 9, 20, 3);
  x = b.conv(b.node("Relu", {x}), 20, 24, 3);
  Networks out;
  out.filters = b.finish({b.node("Relu", {x})});
  out.domain = out.filters;
  for (Node& node : out.domain.nodes) {
    if (std::string_view(node.op->name) != "Conv") continue;
    Tensor& weights = out.domain.value(node.inputs[1]).constant;
    weights = transformed(weights, m, dropped);
    out.domain.value(node.inputs[1]).shape = weights.shape();
    node.op = find_operator("WinogradConv");
    node.attributes = {};
    node.attributes.set("m", std::int64_t(m));
    node.attributes.set("relu", std::int64_t(relu));
    node.attributes.set("pads", Ints{1, 1, 1, 1});
  }
  EXPECT_TRUE(infer_shapes(out.domain));
  return out;
}

TEST(PlanWinograd, TransformedFiltersAreTheSameConvolution) {
  for (int m : {2, 4, 6}) {
    const Networks n = networks(m, false);
    const Tensor want = run_node_by_node(n.filters, random_inputs(n.filters))[0];
    for (const char* compute : {"auto", "reference"})
      expect_near(run(n.domain, untuned("auto", compute)), want, 1e-5);
  }
}

TEST(PlanWinograd, EveryFormatGivesTheSame) {
  for (int m : {2, 4})
    for (bool relu : {false, true}) {
      const Graph graph = networks(m, relu, 3).domain;
      const Tensor want = run(graph, untuned("dense", "reference"));
      for (const char* format : {"dense", "csr", "bsr"})
        expect_near(run(graph, untuned(format)), want, 1e-5);
    }
}

TEST(PlanWinograd, OnlyRowsOfItsTilesAreOffered) {
  const Graph graph = networks(4, true).domain;
  const auto plan = make_plan(graph, untuned());
  ASSERT_TRUE(plan) << plan.error().message();
  for (const Step& step : (*plan)->steps)
    for (const Candidate& candidate : step.candidates) {
      if (!candidate.offered) continue;
      EXPECT_THAT(
          std::string(candidate.row->name),
          testing::AnyOf("winograd_f4", "winograd_bsr_f4", "winograd_sparse_f4", "reference"));
    }
  const auto other = make_plan(graph, untuned("auto", "winograd_f2"));
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().refused);
  EXPECT_THAT(other.error().message(), testing::HasSubstr("tiles of 4x4 outputs"));
}

TEST(PlanWinograd, TheReluInsideIsAnotherFunction) {
  const Tensor with = run(networks(2, true).domain, untuned());
  const Tensor without = run(networks(2, false).domain, untuned());
  EXPECT_NE(std::memcmp(with.data(), without.data(), with.bytes()), 0);
}

}  // namespace
}  // namespace dlis
