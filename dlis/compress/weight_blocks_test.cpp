// Tests which weights go together, and that gradual pruning takes them in order.
#include "dlis/compress/weight_blocks.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "dlis/compress/axis_index.h"
#include "dlis/compress/test_network.h"
#include "dlis/compress/weight_cut.h"

namespace dlis {
namespace {

using testing::HasSubstr;

// Widths of 40 and 22 end raggedly for 16 and 4; the weights of every operator lie another way.
Graph network() {
  TestNetwork net({1, 3, 4, 4});
  ValueId x = net.conv("stem", net.input(), 40, {.kernel = 3});
  x = net.conv("wide", x, 22);
  x = net.conv("grouped", x, 44, {.group = 2});
  x = net.flatten("flat", net.depthwise("depthwise", x));
  x = net.dense("transposed", x, 22);
  x = net.node("Gemm", "plain", {x, net.constant("plain.w", {22, 40})});
  return net.finish(net.node("MatMul", "matmul", {x, net.constant("matmul.w", {40, 7})}));
}

Tensor tensor(const Graph& graph, const std::string& layer) {
  for (const Value& value : graph.values)
    if (value.name == layer + ".w") return value.constant;
  ADD_FAILURE() << layer;
  return {};
}
Tensor tensor(const Compressed& made, const char* layer) { return tensor(made.graph, layer); }

Result<Compressed> pruned(const std::string& parameters) {
  return compress(network(), std::vector{parse_choice("weight_prune:" + parameters).value()});
}

struct Layer {
  const char* name;
  int outputs, inputs;  // axes
  std::int64_t groups = 1;
};
constexpr Layer kLayers[] = {{"wide", 0, 1},       {"grouped", 0, 1, 2}, {"depthwise", 0, 1},
                             {"transposed", 0, 1}, {"plain", 1, 0},      {"matmul", 1, 0}};

// The weights of a tensor by the runs of `width` along an axis that they lie in.
std::vector<std::vector<std::size_t>> runs(const Shape& shape, int axis, std::int64_t groups,
                                           std::int64_t width) {
  const AxisIndex along(shape, axis);
  std::map<std::array<std::int64_t, 3>, std::vector<std::size_t>> all;
  for (std::size_t i = 0; i < std::size_t(shape.elements()); ++i) {
    const auto at = std::int64_t(along(i)), extent = along.extent / groups;
    all[{std::int64_t(i) - at * along.inner, at / extent, at % extent / width}].push_back(i);
  }
  std::vector<std::vector<std::size_t>> lists;
  for (auto& [key, list] : all) lists.push_back(std::move(list));
  return lists;
}

std::vector<std::size_t> zeros_of(const std::vector<std::size_t>& run, const Tensor& values) {
  std::vector<std::size_t> zeros;
  for (const std::size_t i : run)
    if (values.as<float>()[i] == 0) zeros.push_back(i);
  return zeros;
}

double mean_square(const std::vector<std::size_t>& run, const Tensor& values) {
  double sum = 0;
  for (const std::size_t i : run) sum += std::pow(double(values.as<float>()[i]), 2);
  return sum / double(run.size());
}

std::int64_t zeros_of(const Tensor& values) { return std::ranges::count(values.as<float>(), 0.0f); }
std::int64_t zeros_of(const Graph& graph) {
  std::int64_t all = 0;
  for (const Weight& weight : weights_of(graph))
    all += zeros_of(graph.value(weight.value).constant);
  return all;
}

TEST(WeightBlocks, SixteenOutputsGoTogetherTheSmallestFirst) {
  const Graph before = network();
  for (const double share : {0.01, 0.3, 0.6}) {
    const auto after = pruned("granularity=block1x16:all=1:zeros=" + std::to_string(share));
    ASSERT_TRUE(after) << after.error().message();
    double largest_gone = 0, smallest_kept = 1e9;
    for (const auto& [layer, outputs, inputs, groups] : kLayers) {
      const Tensor was = tensor(before, layer), is = tensor(*after, layer);
      for (const auto& run : runs(was.shape(), outputs, groups, 16)) {
        const std::size_t gone = zeros_of(run, is).size();
        ASSERT_TRUE(gone == 0 || gone == run.size()) << layer << ": " << gone;
        const double size = mean_square(run, was);
        (gone ? largest_gone : smallest_kept) =
            gone ? std::max(largest_gone, size) : std::min(smallest_kept, size);
      }
    }
    EXPECT_LE(largest_gone, smallest_kept);
    const auto wanted = std::llround(share * double(zeros_of(pruned("zeros=1:all=1")->graph)));
    EXPECT_GE(zeros_of(after->graph), wanted);
    EXPECT_LT(zeros_of(after->graph), wanted + 16);
  }
}

// The filters of dense layers are single weights. What a layer loses too many of by its last block
// the next one loses less.
TEST(WeightBlocks, WholeFiltersGoTogetherTheSmallestFirst) {
  const Graph before = network();
  const auto after = pruned("granularity=kernel1x16:scope=layer:all=1:zeros=0.5");
  ASSERT_TRUE(after) << after.error().message();
  std::vector<Layer> layers{{"stem", 0, 1}};
  layers.insert(layers.end(), std::begin(kLayers), std::end(kLayers));
  for (const auto& [layer, outputs, inputs, groups] : layers) {
    const Tensor was = tensor(before, layer), is = tensor(*after, layer);
    const Shape& shape = was.shape();
    const auto depth = std::size_t(shape.rank() == 4 ? shape[2] * shape[3] : 1);
    std::map<std::size_t, std::vector<std::size_t>> filters;  // by the first weight's filter
    for (const auto& run : runs(shape, outputs, groups, 16)) {
      auto& block = filters[run[0] / depth];
      block.insert(block.end(), run.begin(), run.end());
    }
    double largest_gone = 0, smallest_kept = 1e9;
    for (const auto& [first, block] : filters) {
      const std::size_t gone = zeros_of(block, is).size();
      ASSERT_TRUE(gone == 0 || gone == block.size()) << layer << ": " << gone;
      const double size = mean_square(block, was);
      (gone ? largest_gone : smallest_kept) =
          gone ? std::max(largest_gone, size) : std::min(smallest_kept, size);
    }
    EXPECT_LE(largest_gone, smallest_kept) << layer;
    EXPECT_NEAR(double(zeros_of(is)), double(is.elements()) / 2, 16 * 9 + 1) << layer;
  }
}

TEST(WeightBlocks, EachLayerLosesItsShareOfBlocks) {
  const auto after = pruned("granularity=block1x16:scope=layer:all=1:zeros=0.5");
  ASSERT_TRUE(after) << after.error().message();
  for (const Layer& layer : kLayers) {
    const Tensor is = tensor(*after, layer.name);
    EXPECT_NEAR(double(zeros_of(is)), double(is.elements()) / 2, 17) << layer.name;
  }
}

// Four of which one is missing lose one, of two are missing none.
TEST(WeightBlocks, TwoOfFourInputsStay) {
  const Graph before = network();
  for (const char* scope : {"global", "layer"}) {
    const auto after = pruned("granularity=2of4:all=1:zeros=0.5:scope=" + std::string(scope));
    ASSERT_TRUE(after) << after.error().message();
    EXPECT_THAT(after->notes, testing::ElementsAre(HasSubstr("no row on a CPU")));
    for (const auto& [layer, outputs, inputs, groups] : kLayers) {
      const Tensor was = tensor(before, layer), is = tensor(*after, layer);
      for (const auto& run : runs(was.shape(), inputs, 1, 4)) {
        const auto gone = zeros_of(run, is);
        ASSERT_EQ(gone.size(), run.size() > 2 ? run.size() - 2 : 0) << layer;
        for (const std::size_t i : run)
          for (const std::size_t zero : gone)
            if (is.as<float>()[i] != 0) {
              ASSERT_LE(std::abs(was.as<float>()[zero]), std::abs(was.as<float>()[i]));
            }
      }
    }
  }
}

// Zeros that grow: what is gone stays gone, and the end is that of one shot.
TEST(WeightBlocks, TheShareOfThemGrows) {
  for (const Granularity granularity : {Granularity::element, Granularity::block1x16,
                                        Granularity::kernel1x16, Granularity::two_of_four}) {
    WeightPool pool{weights_of(network()), granularity, false, 0};
    pool.wanted = prunable(network(), pool) / 2;
    Graph graph = network();
    for (const double share : {0.0, 0.2, 0.5, 0.9, 1.0}) {
      graph = with_zeros(graph, pool, share);
      const Graph anew = with_zeros(network(), pool, share);
      for (const Weight& weight : pool.weights)
        EXPECT_TRUE(std::ranges::equal(graph.value(weight.value).constant.as<float>(),
                                       anew.value(weight.value).constant.as<float>()));
      EXPECT_GE(double(zeros_of(graph)), share * double(pool.wanted) - 0.5);
      const int block = granularity == Granularity::kernel1x16 ? 16 * 9 : 16;
      EXPECT_LT(double(zeros_of(graph)), share * double(pool.wanted) + block);
    }
  }
}

TEST(WeightBlocks, TensorsWithoutElementsHaveNoBlocks) {
  for (const auto granularity : {Granularity::element, Granularity::block1x16,
                                 Granularity::kernel1x16, Granularity::two_of_four})
    for (const Shape& shape : {Shape{4, 0, 3, 3}, Shape{0, 4, 3, 3}, Shape{4, 4, 0, 3}}) {
      const WeightBlocks blocks(Tensor(DType::f32, shape), Weight{.outputs = 0, .inputs = 1},
                                granularity);
      EXPECT_EQ(blocks.count(), 0);
      EXPECT_EQ(blocks.prunable(), 0);
    }
}

TEST(WeightBlocks, KeptLayersStayAsTheyAre) {
  for (const char* granularity : {"element", "block1x16"}) {
    const auto after = pruned("zeros=0.3:all=1:keep=^[pw]:granularity=" + std::string(granularity));
    ASSERT_TRUE(after) << after.error().message();
    for (const char* layer : {"plain", "wide"}) EXPECT_EQ(zeros_of(tensor(*after, layer)), 0);
    EXPECT_GT(zeros_of(tensor(*after, "grouped")), 0);
    EXPECT_NEAR(density_of(after->graph), 0.7, 0.01);
  }
}

TEST(WeightBlocks, ErrorsSayWhatIsLegal) {
  const auto message = [](const char* parameters) {
    const auto after = pruned(parameters);
    return after ? "no error" : after.error().message();
  };
  EXPECT_THAT(message("granularity=2of4:zeros=0.6"),
              HasSubstr("2of4 makes half of the weights zero, no other share; write zeros=0.5"));
  EXPECT_THAT(message("granularity=3of4:zeros=0.5"), HasSubstr("did you mean 2of4?"));
  EXPECT_THAT(message("zeros=0.5:keep=("), HasSubstr("'(' is no regular expression"));
  EXPECT_THAT(message("zeros=0.5:all=1:keep=."), HasSubstr("but only 0 are not kept"));
}

}  // namespace
}  // namespace dlis
