// The loop: batch, forward, loss, backward, step.
#include <ATen/Context.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/clock.h"
#include "dlis/base/text.h"
#include "dlis/compress/data_inputs.h"
#include "dlis/compress/train/batches.h"
#include "dlis/compress/train/checkpoint.h"
#include "dlis/compress/train/guarded.h"
#include "dlis/compress/train/network.h"
#include "dlis/compress/train/optimiser.h"
#include "dlis/compress/train/rounding.h"
#include "dlis/compress/train/saliency.h"
#include "dlis/compress/train/table.h"
#include "dlis/compress/train/ternary.h"

namespace dlis {

namespace {

using train::guarded;
using train::Network;

Result<torch::Device> device_of(const std::string& name) {
  if (name == "cpu") return torch::Device(torch::kCPU);
  if (name == "auto")
    return torch::Device(torch::cuda::is_available() ? torch::kCUDA : torch::kCPU);
  if (name != "cuda" && !name.starts_with("cuda:"))
    return tl::unexpected(unknown_name("device to train on", name, {"auto", "cpu", "cuda"}));
  if (!torch::cuda::is_available())
    return fail("there is no CUDA device", "device " + name, "train on cpu");
  const std::int64_t index =
      name == "cuda" ? 0 : DLIS_TRY(parse_integer(name.substr(5), "the device's number"));
  if (index < 0 || index >= std::int64_t(torch::cuda::device_count()))
    return fail(fmt::format("there are {} CUDA devices", torch::cuda::device_count()),
                "device " + name);
  return torch::Device(torch::kCUDA, torch::DeviceIndex(index));
}

Status check_labels(const Graph& graph, const Dataset& data) {
  const Shape& out = *graph.value(graph.outputs[0]).shape;
  const std::int64_t classes = out.rank() >= 2 ? out[1] : 0;
  if (data.size() == 0) return fail("there are no images to train on", data.spec);
  DLIS_TRY(check_inputs(data, data_inputs(graph)));
  if (std::ranges::any_of(data.labels, [](std::int32_t label) { return label < 0; }))
    return fail("training needs a label for every image", data.spec);
  return check_classes(data, classes);
}

}  // namespace

struct TrainingState {
  TrainingSettings settings;
  train::Batches batches;
  Network network;
  train::Optimiser optimiser;
  std::unique_ptr<Network> teacher;
  train::SaliencySums saliency;
  std::int64_t step = 0;
  torch::Tensor loss_sum, correct;  // since the last report
  std::int64_t seen = 0;

  TrainingState(const TrainingSettings& how, const Dataset& data, const Preprocessing& image,
                Network net)
      : settings(how),
        batches(data, image, net.device(), how.seed),
        network(std::move(net)),
        optimiser(network) {
    reset_sums();
  }
  void restart_optimiser() {
    std::destroy_at(&optimiser);
    std::construct_at(&optimiser, network);
  }
  void reset_sums() {
    loss_sum = torch::zeros({}, torch::TensorOptions(network.device()));
    correct = torch::zeros({}, torch::TensorOptions(network.device()));
    seen = 0;
  }

  std::int64_t steps_per_epoch() const {
    return std::max<std::int64_t>(1, batches.size() / settings.batch);
  }
  bool narrow() const { return network.device().is_cuda(); }

  torch::Tensor loss_of(const train::Batch& batch, const torch::Tensor& logits) {
    namespace F = torch::nn::functional;
    const torch::Tensor plain = F::cross_entropy(
        logits, batch.labels, F::CrossEntropyFuncOptions().label_smoothing(settings.smoothing));
    if (!teacher) return plain;
    torch::Tensor wanted;
    {
      const torch::NoGradGuard none;
      wanted = teacher->forward(batch.inputs, {false, narrow()});
    }
    const double t = settings.temperature;
    const torch::Tensor taught =
        torch::kl_div(torch::log_softmax(logits / t, 1), torch::log_softmax(wanted / t, 1),
                      at::Reduction::Sum, true) *
        (t * t / double(batch.labels.size(0)));
    return plain * (1 - settings.distil) + taught * settings.distil;
  }

  void one_step() {
    const std::int64_t per_epoch = steps_per_epoch();
    torch::manual_seed(settings.seed * 1000003 + std::uint64_t(step));  // for Dropout
    const train::Batch batch = batches.batch(step / per_epoch, step % per_epoch, settings.batch,
                                             {settings.crop, settings.flip, settings.cutout});
    optimiser.zero_gradients();
    saliency.attach(network);
    const torch::Tensor logits = network.forward(batch.inputs, {true, narrow()});
    const torch::Tensor loss = loss_of(batch, logits);
    loss.backward();
    saliency.add(network, batch.labels.size(0));
    optimiser.step(settings, train::rate_at(settings, double(step) / double(per_epoch)));
    loss_sum += loss.detach() * batch.labels.size(0);
    correct += (logits.detach().argmax(1) == batch.labels).sum();
    seen += batch.labels.size(0);
    ++step;
  }

  TrainingReport report(double started, std::int64_t from) {
    const double seconds = (now_ms() - started) / 1000;
    const double images = std::max<double>(1, double(seen));
    TrainingReport now;
    now.epoch = double(step) / double(steps_per_epoch());
    now.epochs = settings.epochs;
    now.loss = loss_sum.item<double>() / images;
    now.top1 = 100 * correct.item<double>() / images;
    now.images_per_second = double((step - from) * settings.batch) / std::max(1e-9, seconds);
    const double left = (settings.epochs - now.epoch) * double(steps_per_epoch() * settings.batch);
    now.seconds_left = left / std::max(1e-9, now.images_per_second);
    return now;
  }
};

namespace {

Result<TrainingState*> start(const Graph& graph, const Dataset& data, const Preprocessing& how,
                             const TrainingSettings& settings) {
  DLIS_TRY(check_labels(graph, data));
  const torch::Device device = DLIS_TRY(device_of(settings.device));
  return guarded("training", [&]() -> Result<TrainingState*> {
    at::globalContext().setDeterministicAlgorithms(!device.is_cuda(), true);
    Network network = DLIS_TRY(Network::of(graph, device));
    return new TrainingState(settings, data, how, std::move(network));
  });
}

std::int64_t steps(const TrainingState& state) {
  return std::llround(state.settings.epochs * double(state.steps_per_epoch()));
}
std::int64_t steps_per_epoch(const TrainingState& state) { return state.steps_per_epoch(); }
std::int64_t step(const TrainingState& state) { return state.step; }

Status advance(TrainingState& state, std::int64_t steps, const OnReport& report) {
  return guarded("training", [&]() -> Status {
    const double started = now_ms();
    const std::int64_t from = state.step;
    double reported = started;
    for (std::int64_t i = 0; i < steps; ++i) {
      state.one_step();
      const bool due = report && (now_ms() - reported > 1000 || i + 1 == steps);
      if (!due) continue;
      const TrainingReport now = state.report(started, from);
      if (!std::isfinite(now.loss))
        return fail(fmt::format("the loss is not finite at epoch {:.2f}", now.epoch), "training",
                    "train at a lower rate, or clip the gradient");
      if (!report(now)) return fail("stopped");
      if (state.step % state.steps_per_epoch() == 0) state.reset_sums();
      reported = now_ms();
    }
    return {};
  });
}

Graph graph(const TrainingState& state) { return state.network.graph(); }

Status replace(TrainingState& state, const Graph& graph) {
  return guarded("training", [&]() -> Status {
    const bool channels = state.saliency.channels, watched = state.saliency.watched;
    const torch::Device device = state.network.device();
    Network network = DLIS_TRY(Network::of(graph, device));
    state.network = std::move(network);
    state.restart_optimiser();
    state.saliency = {};
    state.saliency.watched = watched;
    state.saliency.channels = channels;
    return {};
  });
}

Status hold_zeros(TrainingState& state, const Graph& graph) {
  return guarded("training", [&]() -> Status {
    const torch::NoGradGuard none;
    Network& network = state.network;
    for (auto& [id, weight] : network.trained) {
      if (weight.dim() < 2) continue;
      const torch::Tensor mask =
          (train::to_torch(graph.value(id).constant) != 0).to(torch::kFloat).to(weight.device());
      network.masks[id] = mask.contiguous(weight.suggest_memory_format());
      weight.mul_(mask);
      state.optimiser.momentum.at(id).mul_(mask);
    }
    return {};
  });
}

Status set_teacher(TrainingState& state, const Graph& graph) {
  return guarded("teacher", [&]() -> Status {
    const Network& network = state.network;
    const Shape& own = *network.original().value(network.original().outputs[0]).shape;
    const Shape& its = *graph.value(graph.outputs[0]).shape;
    if (own.rank() != its.rank() || own[own.rank() - 1] != its[its.rank() - 1])
      return fail(fmt::format("the teacher tells {}, the network {}", its.text(), own.text()),
                  "teacher", "give one for the same classes");
    Network teacher = DLIS_TRY(Network::of(graph, network.device()));
    for (auto& [id, weight] : teacher.trained) weight.set_requires_grad(false);
    state.teacher = std::make_unique<Network>(std::move(teacher));
    return {};
  });
}

Status set_quants(TrainingState& state, const std::map<ValueId, Quant>& quants) {
  for (const auto& [id, quant] : quants)
    state.network.roundings[id] =
        train::rounding_of(quant, state.network.original().is_constant(id));
  return {};
}

Status set_ternary(TrainingState& state, const std::vector<ValueId>& weights, double threshold) {
  return guarded("training", [&]() -> Status {
    for (const ValueId id : weights) {
      if (!state.network.trained.count(id))
        return fail("this is no weight that is trained", fmt::format("value {}", id));
      train::make_ternary(state.network, id, threshold);
    }
    state.restart_optimiser();
    return {};
  });
}

void watch_saliency(TrainingState& state, bool channels) {
  state.saliency.watched = true;
  state.saliency.channels = channels;
}
void stop_watching(TrainingState& state) { state.saliency = {}; }
Saliency saliency(const TrainingState& state) { return state.saliency.tensors(); }

Result<Checkpoint> checkpoint(const TrainingState& state) {
  return guarded("checkpoint", [&]() -> Result<Checkpoint> {
    return train::checkpoint_of(state.network, state.optimiser, state.step);
  });
}

Status resume(TrainingState& state, const Checkpoint& from) {
  return guarded("checkpoint", [&]() -> Status {
    Network network = DLIS_TRY(Network::of(from.graph, state.network.device()));
    network.take_roundings(state.network);
    state.network = std::move(network);
    state.restart_optimiser();
    DLIS_TRY(train::restore(from, state.network, state.optimiser));
    state.step = from.step;
    return {};
  });
}

void close(TrainingState* state) { delete state; }

constexpr TrainingTable kTable{
    .start = start,
    .close = close,
    .steps = steps,
    .steps_per_epoch = steps_per_epoch,
    .step = step,
    .advance = advance,
    .graph = graph,
    .replace = replace,
    .hold_zeros = hold_zeros,
    .set_teacher = set_teacher,
    .set_quants = set_quants,
    .set_ternary = set_ternary,
    .watch_saliency = watch_saliency,
    .stop_watching = stop_watching,
    .saliency = saliency,
    .checkpoint = checkpoint,
    .resume = resume,
};

}  // namespace

extern "C" const TrainingTable* dlis_training_table() { return &kTable; }

}  // namespace dlis
