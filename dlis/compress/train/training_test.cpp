// Tests training: gradients against differences, agreement of batches, masks, resuming.
#include <gmock/gmock.h>
#include <torch/torch.h>

#include "dlis/base/rng.h"
#include "dlis/base/winograd.h"
#include "dlis/compress/train/guarded.h"
#include "dlis/compress/train/optimiser.h"
#include "dlis/compress/train/table.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

using train::Network;

// A graph of images under construction.
struct Draft {
  Graph graph;
  Rng rng{3};
  ValueId x = kNoValue;

  explicit Draft(const Shape& input) {
    graph.name = "draft";
    x = graph.add_value({.name = "input", .shape = input, .quant = {}});
    graph.inputs = {x};
  }
  ValueId weight(const Shape& shape, double scale = 0.5, double shift = 0) {
    Tensor tensor(DType::f32, shape);
    for (float& value : tensor.edit<float>()) value = float(rng.normal() * scale + shift);
    return graph.add_constant("w" + std::to_string(graph.values.size()), tensor);
  }
  Draft& add(const char* op, std::vector<ValueId> others = {}, Attributes attributes = {}) {
    std::vector<ValueId> inputs{x};
    inputs.insert(inputs.end(), others.begin(), others.end());
    x = graph.add_value(
        {.name = std::string(op) + std::to_string(graph.nodes.size()), .quant = {}});
    graph.nodes.push_back({find_operator(op), op, std::move(attributes), std::move(inputs), {x}});
    return *this;
  }
  Graph done() {
    graph.outputs = {x};
    const Status inferred = infer_shapes(graph);
    EXPECT_TRUE(inferred) << inferred.error().message();
    return graph;
  }
};

Attributes with(std::initializer_list<std::pair<const char*, Attribute>> list) {
  Attributes all;
  for (const auto& [name, value] : list) all.set(name, value);
  return all;
}

// The sum of squares of what a network gives.
double loss_of(const Network& network, const torch::Tensor& x) {
  const torch::NoGradGuard none;
  return network.forward({x}, {}).square().sum().item<double>();
}

// Every trained element of a few, and every kind of operator on the way to it.
void check_gradients(const Graph& graph) {
  auto made = Network::of(graph, torch::kCPU);
  ASSERT_TRUE(made) << made.error().message();
  Network& network = *made;
  for (auto* tensors : {&network.trained, &network.kept})
    for (auto& [id, tensor] : *tensors)
      tensor = tensor.detach().to(torch::kDouble).set_requires_grad(tensor.requires_grad());
  const Shape& shape = *graph.value(graph.inputs[0]).shape;
  torch::manual_seed(5);
  const auto x =
      torch::randn(std::vector<std::int64_t>(shape.begin(), shape.end()), torch::kDouble);
  network.forward({x}, {}).square().sum().backward();
  Rng rng(9);
  for (auto& [id, weight] : network.trained) {
    ASSERT_TRUE(weight.grad().defined()) << graph.value(id).name;
    const auto flat = weight.detach().reshape({-1});
    const auto gradient = weight.grad().reshape({-1});
    for (int sample = 0; sample < 4; ++sample) {
      const std::int64_t at = rng.below(flat.numel());
      const double old = flat[at].item<double>(), step = 1e-6;
      const auto at_value = [&](double value) {
        const torch::NoGradGuard none;
        auto changed = weight.detach().clone().reshape({-1});
        changed[at] = value;
        const auto kept = weight.detach().clone();
        weight.copy_(changed.reshape(weight.sizes()));
        const double loss = loss_of(network, x);
        weight.copy_(kept);
        return loss;
      };
      const double numeric = (at_value(old + step) - at_value(old - step)) / (2 * step);
      const double analytic = gradient[at].item<double>();
      EXPECT_NEAR(analytic, numeric, 1e-4 * (1 + std::abs(numeric))) << graph.value(id).name;
    }
  }
}

const Attributes kPadded = with({{"pads", Ints{1, 1, 1, 1}}, {"strides", Ints{1, 1}}});

struct Case {
  const char* name;
  std::function<void(Draft&)> body;  // from 2x4x6x6 on
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class Gradient : public testing::TestWithParam<Case> {};
TEST_P(Gradient, IsThatOfDifferences) {
  Draft draft({2, 3, 6, 6});
  draft.add("Conv", {draft.weight({4, 3, 3, 3}), draft.weight({4})}, kPadded);
  GetParam().body(draft);
  check_gradients(draft.done());
}

// Maps of 6x6 are whole tiles of neither size once padded unevenly.
Case winograd(const char* name, std::int64_t m, std::int64_t relu, Ints pads) {
  return {name, [=](Draft& d) {
            d.add("WinogradConv", {d.weight({3, 4, m + 2, m + 2}), d.weight({3})},
                  with({{"m", m}, {"relu", relu}, {"pads", pads}}));
          }};
}

const Case kCases[] = {
    winograd("WinogradF2", 2, 0, {1, 1, 1, 1}),
    winograd("WinogradF2Relu", 2, 1, {1, 1, 1, 1}),
    winograd("WinogradF2Odd", 2, 1, {0, 1, 1, 2}),
    winograd("WinogradF4", 4, 0, {1, 1, 1, 1}),
    winograd("WinogradF4Relu", 4, 1, {1, 1, 1, 1}),
    winograd("WinogradF4Odd", 4, 1, {2, 0, 1, 0}),
    winograd("WinogradF6Relu", 6, 1, {1, 1, 1, 1}),
    {"BatchNormalization",
     [](Draft& d) {
       d.add("BatchNormalization",
             {d.weight({4}), d.weight({4}), d.weight({4}), d.weight({4}, 0.1, 1)},
             with({{"epsilon", 1e-5f}, {"momentum", 0.9f}}));
     }},
    {"Relu", [](Draft& d) { d.add("Relu"); }},
    {"LeakyRelu",
     [](Draft& d) {
       d.add("LeakyRelu", {}, with({{"alpha", 0.1f}}));
     }},
    {"PRelu",
     [](Draft& d) {
       d.add("PRelu", {d.weight({4, 1, 1})});
     }},
    {"Sigmoid", [](Draft& d) { d.add("Sigmoid"); }},
    {"Tanh", [](Draft& d) { d.add("Tanh"); }},
    {"HardSwish", [](Draft& d) { d.add("HardSwish"); }},
    {"Clip",
     [](Draft& d) {
       d.add("Clip", {}, with({{"min", -0.4f}, {"max", 0.6f}}));
     }},
    {"Mul",
     [](Draft& d) {
       d.add("Mul", {d.weight({4, 1, 1})});
     }},
    {"Add",
     [](Draft& d) {
       d.add("Add", {d.weight({4, 1, 1})});
     }},
    {"Div",
     [](Draft& d) {
       d.add("Div", {d.weight({4, 1, 1}, 0.1, 2)});
     }},
    {"Depthwise",
     [](Draft& d) {
       Attributes a = kPadded;
       a.set("group", std::int64_t(4));
       d.add("Conv", {d.weight({4, 1, 3, 3})}, a);
     }},
    {"UnevenPads",
     [](Draft& d) {
       d.add("Conv", {d.weight({2, 4, 3, 3})},
             with({{"pads", Ints{0, 0, 1, 1}}, {"strides", Ints{2, 2}}}));
     }},
    {"MaxPool",
     [](Draft& d) {
       d.add("MaxPool", {}, with({{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}}));
     }},
    {"AveragePool",
     [](Draft& d) {
       d.add("AveragePool", {}, with({{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}}));
     }},
    {"Dense",
     [](Draft& d) {
       d.add("GlobalAveragePool").add("Flatten", {}, with({{"axis", std::int64_t(1)}}));
       d.add("Gemm", {d.weight({5, 4}), d.weight({5})},
             with({{"transB", std::int64_t(1)}, {"alpha", 1.0f}, {"beta", 1.0f}}));
     }},
    {"MatMul",
     [](Draft& d) {
       d.add("Flatten", {}, with({{"axis", std::int64_t(1)}}))
           .add("MatMul", {d.weight({144, 5}, 0.1)});
       d.add("Softmax", {}, with({{"axis", std::int64_t(1)}}));
     }},
    {"Transpose",
     [](Draft& d) {
       d.add("Transpose", {}, with({{"perm", Ints{0, 2, 3, 1}}}));
     }},
    {"Slice",
     [](Draft& d) {
       d.add("Slice", {},
             with({{"starts", Ints{0, -1}},
                   {"ends", Ints{100, -100}},
                   {"axes", Ints{2, 3}},
                   {"steps", Ints{2, -2}}}));
     }},
    {"Pad",
     [](Draft& d) {
       d.add("Pad", {},
             with({{"pads", Ints{0, 2, 0, 0, 0, 2, 0, 0}},
                   {"mode", std::string("constant")},
                   {"constant_value", 0.0f}}));
     }},
    {"ReduceMean",
     [](Draft& d) {
       d.add("ReduceMean", {}, with({{"axes", Ints{2, 3}}, {"keepdims", std::int64_t(0)}}));
     }},
};
INSTANTIATE_TEST_SUITE_P(Operators, Gradient, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

// The shares of the root mean square that winograd.cpp names.
TEST(Winograd, NarrowProductsLoseFewDigits) {
  for (const auto& [m, most] : {std::pair(std::int64_t(2), 0.006), {std::int64_t(4), 0.02}}) {
    Draft draft({2, 32, 12, 12});
    const ValueId filters = draft.weight({16, 32, 3, 3});
    const auto g = draft.graph.value(filters).constant.as<float>();
    const WinogradMatrices& matrices = *winograd_matrices(int(m));
    Tensor weights(DType::f32, {16, 32, m + 2, m + 2});
    std::vector<double> u(std::size_t((m + 2) * (m + 2)));
    for (std::size_t i = 0; i < 16 * 32; ++i) {
      winograd_weights(matrices, g.data() + i * 9, u.data());
      std::copy(u.begin(), u.end(), weights.edit<float>().begin() + std::ptrdiff_t(i * u.size()));
    }
    draft.add("WinogradConv", {draft.graph.add_constant("u", weights)},
              with({{"m", m}, {"relu", std::int64_t(0)}, {"pads", Ints{1, 1, 1, 1}}}));
    const Network network = Network::of(draft.done(), torch::kCPU).value();
    const torch::NoGradGuard none;
    torch::manual_seed(5);
    const torch::Tensor x = torch::relu(torch::randn({2, 32, 12, 12}));
    const torch::Tensor whole = network.forward({x}, {});
    const torch::Tensor narrow = network.forward({x}, {false, true});
    const double error = ((narrow - whole).norm() / whole.norm()).item<double>();
    EXPECT_GT(error, 1e-4) << m;  // they were narrow
    EXPECT_LT(error, most) << m;
  }
}

// A gradient counts as often as `rates` says, and then as ever.
TEST(Optimiser, StepsByTheRatesOfOperators) {
  Draft draft({2, 3, 6, 6});
  draft.add("WinogradConv", {draft.weight({4, 3, 6, 6})},
            with({{"m", std::int64_t(4)}, {"relu", std::int64_t(1)}, {"pads", Ints{1, 1, 1, 1}}}));
  const Graph graph = draft.done();
  Network network = Network::of(graph, torch::kCPU).value();
  train::Optimiser optimiser(network);
  const ValueId id = graph.nodes[0].inputs[1];
  torch::Tensor& weight = network.trained.at(id);
  const torch::Tensor before = weight.detach().clone();
  network.forward({torch::ones({2, 3, 6, 6})}, {}).square().sum().backward();
  const torch::Tensor gradient = weight.grad().clone();
  TrainingSettings settings;
  settings.momentum = settings.decay = 0;
  optimiser.step(settings, 1e-3);
  const torch::Tensor& rate = network.rates.at(id);
  EXPECT_EQ(rate.sizes(), torch::IntArrayRef({1, 1, 6, 6}));
  const torch::Tensor wanted = before - 1e-3 * rate * gradient;
  EXPECT_LT((weight.detach() - wanted).abs().max().item<double>(), 1e-6);
  EXPECT_GT((weight.detach() - before).abs().max().item<double>(), 1e-4);
}

// A small classifier of four colours.
Graph classifier() {
  Draft d({1, 3, 8, 8});
  d.add("Conv", {d.weight({8, 3, 3, 3}, 0.2), d.weight({8}, 0)}, kPadded);
  d.add("BatchNormalization",
        {d.weight({8}, 0, 1), d.weight({8}, 0), d.weight({8}, 0), d.weight({8}, 0, 1)},
        with({{"epsilon", 1e-5f}, {"momentum", 0.9f}}));
  d.add("Relu").add("GlobalAveragePool").add("Flatten", {}, with({{"axis", std::int64_t(1)}}));
  d.add("Gemm", {d.weight({4, 8}, 0.3), d.weight({4}, 0)},
        with({{"transB", std::int64_t(1)}, {"alpha", 1.0f}, {"beta", 1.0f}}));
  return d.done();
}

Dataset colours(std::int64_t count) {
  Rng rng(1);
  std::vector<std::uint8_t> bytes;
  Dataset data;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t label = i % 4;
    data.labels.push_back(std::int32_t(label));
    for (int p = 0; p < 64; ++p)
      for (int c = 0; c < 3; ++c)
        bytes.push_back(std::uint8_t(rng.below(120) + (label == c || label == 3 ? 120 : 0)));
  }
  data.images = Tensor::of<std::uint8_t>({count, 8, 8, 3}, bytes);
  data.classes = 4;
  return data;
}

const TrainingTable& table() { return *dlis_training_table(); }

struct Running {
  TrainingState* state;
  explicit Running(const Graph& graph, double epochs = 6) {
    TrainingSettings settings;
    settings.epochs = epochs;
    settings.batch = 16;
    settings.crop = 1;
    settings.rate = 0.05;
    settings.device = "cpu";
    auto started = table().start(graph, colours(160), {}, settings);
    EXPECT_TRUE(started) << started.error().message();
    state = *started;
  }
  ~Running() { table().close(state); }
  void advance(std::int64_t steps) {
    const Status done = table().advance(*state, steps, {});
    EXPECT_TRUE(done) << done.error().message();
  }
  std::vector<float> weights() const {
    std::vector<float> all;
    const Graph graph = table().graph(*state);
    for (const Value& value : graph.values)
      if (value.constant.has_value())
        for (const float w : value.constant.as<float>()) all.push_back(w);
    return all;
  }
};

TEST(Training, LearnsColours) {
  Running running(classifier(), 12);
  double top1 = 0;
  const OnReport report = [&](const TrainingReport& now) {
    top1 = now.top1;
    return true;
  };
  ASSERT_TRUE(table().advance(*running.state, 110, {}));
  ASSERT_TRUE(table().advance(*running.state, 10, report));
  EXPECT_GT(top1, 90);
}

// Another process has nothing but the checkpoint and what sets a training up.
TEST(Training, GoesOnToTheSameBits) {
  const Graph graph = classifier();
  Graph zeros = graph;
  for (float& w : zeros.value(zeros.nodes[5].inputs[1]).constant.edit<float>().first(7)) w = 0;
  const auto set_up = [&](Running& running) {
    ASSERT_TRUE(table().set_ternary(*running.state, {graph.nodes[0].inputs[1]}, 0.05));
  };
  Running whole(graph);
  set_up(whole);
  ASSERT_TRUE(table().hold_zeros(*whole.state, zeros));
  whole.advance(13);
  const auto kept = table().checkpoint(*whole.state);
  ASSERT_TRUE(kept) << kept.error().message();
  Running resumed(graph);
  set_up(resumed);
  const Status done = table().resume(*resumed.state, *kept);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(table().step(*resumed.state), 13);
  whole.advance(20);
  resumed.advance(20);
  EXPECT_EQ(whole.weights(), resumed.weights());
  Running other(graph);  // without ternary weights
  EXPECT_THAT(table().resume(*other.state, *kept).error().message(),
              testing::HasSubstr("another training"));
}

TEST(Training, TooLittleMemoryIsASentence) {
  const auto run = []() -> Status {
    TORCH_CHECK(false, "CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 15.90 GiB total)");
    return {};
  };
  const Error wanted{"the device has too little memory", "training", "train with a smaller batch"};
  EXPECT_EQ(train::guarded("training", run).error().message(), wanted.message());
}

TEST(Training, ZerosStay) {
  Graph graph = classifier();
  Graph zeros = graph;
  Tensor& weight = zeros.value(zeros.nodes[0].inputs[1]).constant;
  for (std::size_t i = 0; i < 100; ++i) weight.edit<float>()[i] = 0;
  Running running(graph);
  ASSERT_TRUE(table().hold_zeros(*running.state, zeros));
  running.advance(10);
  const Graph after = table().graph(*running.state);
  const auto values = after.value(graph.nodes[0].inputs[1]).constant.as<float>();
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(values[i], 0);
  EXPECT_NE(values[150], weight.as<float>()[150]);
}

TEST(Training, TernaryWeightsHaveThreeValuesAChannel) {
  const Graph graph = classifier();
  Running running(graph);
  const ValueId id = graph.nodes[0].inputs[1];
  ASSERT_TRUE(table().set_ternary(*running.state, {id}, 0.05));
  running.advance(10);
  const Tensor weight = table().graph(*running.state).value(id).constant;
  for (std::size_t k = 0; k < 8; ++k) {
    const auto filter = weight.as<float>().subspan(k * 27, 27);
    EXPECT_LE(std::set<float>(filter.begin(), filter.end()).size(), 3u);
  }
}

TEST(Training, SaliencyIsSeenForWeightsAndChannels) {
  const Graph graph = classifier();
  Running running(graph);
  table().watch_saliency(*running.state, true);
  running.advance(5);
  const Saliency saliency = table().saliency(*running.state);
  ASSERT_TRUE(saliency.weights.count(graph.nodes[0].inputs[1]));
  ASSERT_TRUE(saliency.channels.count(graph.nodes[2].outputs[0]));
  EXPECT_EQ(saliency.channels.at(graph.nodes[2].outputs[0]).shape(), Shape{8});
}

TEST(Training, BadInputGetsASentence) {
  const Graph graph = classifier();
  const auto message = [&](const Dataset& data, const char* device) {
    TrainingSettings settings;
    settings.device = device;
    const auto started = table().start(graph, data, {}, settings);
    return started ? std::string("started") : started.error().message();
  };
  Dataset data = colours(8);
  EXPECT_THAT(message(data, "tpu"), testing::HasSubstr("device to train on"));
  data.labels[3] = 7;
  EXPECT_THAT(message(data, "cpu"), testing::HasSubstr("label 7"));
  data.labels[3] = -1;
  EXPECT_THAT(message(data, "cpu"), testing::HasSubstr("needs a label"));
  if (torch::cuda::is_available()) return;
  EXPECT_THAT(message(colours(8), "cuda"), testing::HasSubstr("there is no CUDA device"));
}

}  // namespace
}  // namespace dlis
