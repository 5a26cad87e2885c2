// Repeats a run and keeps all samples.
#include "dlis/runtime/measure.h"

#include <algorithm>

#include "dlis/base/clock.h"
#include "dlis/base/rng.h"
#include "dlis/base/statistics.h"
#include "dlis/hardware/energy.h"

namespace dlis {

Timing measure(const std::function<void()>& body, double seconds, int min_runs) {
  Timing timing;
  std::vector<double> samples;
  const double begin = now_ms();
  while (int(samples.size()) <= min_runs || now_ms() - begin < 1000 * seconds) {
    const double start = now_ms();
    body();
    samples.push_back(now_ms() - start);
  }
  timing.first_ms = samples.front();
  samples.erase(samples.begin());
  std::ranges::sort(samples);
  timing.runs = int(samples.size());
  timing.median_ms = quantile(samples, 0.5);
  timing.p10_ms = quantile(samples, 0.1);
  timing.p90_ms = quantile(samples, 0.9);
  return timing;
}

Result<Timing> measure(Session& session, double seconds, int min_runs) {
  const std::vector<Tensor> inputs = random_inputs(session.plan().graph);
  Status status;
  Timing timing = measure(
      [&] {
        if (auto outputs = session.run(inputs); !outputs) status = tl::unexpected(outputs.error());
      },
      seconds, min_runs);
  DLIS_TRY(std::move(status));
  return timing;
}

Result<std::optional<double>> measure_energy(Session& session, double seconds,
                                             const std::filesystem::path& root) {
  constexpr double kMostSeconds = 20;
  EnergyMeter meter(root);
  if (!meter.is_there()) return std::nullopt;
  const std::vector<Tensor> inputs = random_inputs(session.plan().graph);
  const double end = now_ms() + 1000 * std::min(seconds, kMostSeconds);
  int runs = 0;
  meter.start();
  do {
    DLIS_TRY(session.run(inputs));
    ++runs;
  } while (now_ms() < end);
  const std::optional<double> all = meter.stop();
  return all ? std::optional(*all / runs) : std::nullopt;
}

std::vector<Tensor> random_inputs(const Graph& graph, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<Tensor> inputs;
  for (ValueId id : graph.inputs) {
    Tensor tensor(DType::f32, *graph.value(id).shape);
    for (float& value : tensor.edit<float>()) value = float(rng.normal());
    inputs.push_back(tensor.converted(graph.value(id).type));
  }
  return inputs;
}

}  // namespace dlis
