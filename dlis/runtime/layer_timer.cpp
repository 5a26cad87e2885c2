// Repeats a layer's phases on buffers shaped as the plan will shape them; the median counts.
#include "dlis/runtime/layer_timer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/clock.h"
#include "dlis/base/statistics.h"
#include "dlis/base/text.h"
#include "dlis/hardware/topology.h"

namespace dlis {
namespace {

// How long a candidate is timed: medians of more runs changed no choice that was not a near tie,
// and `full` settles those inside the plan.
struct Effort {
  double milliseconds;
  int least, most;  // runs
};
constexpr Effort kQuick{10, 3, 25}, kFull{40, 7, 100};

Buffer filled(const TensorDesc& desc) {
  Buffer buffer(extent_of(desc));
  if (desc.type != DType::f32) {  // any bytes are integers; as bf16 these are about 2^-64 to 2^63
    for (std::size_t i = 0; i < buffer.size(); ++i)
      buffer.data()[i] = std::byte(32 + (i * 2654435761u >> 24 & 63));
    return buffer;
  }
  auto* values = reinterpret_cast<float*>(buffer.data());
  for (std::size_t i = 0; i < buffer.size() / sizeof(float); ++i)
    values[i] = float(int(i * 2654435761u >> 24 & 255) - 128) / 128;
  return buffer;
}

std::string strides_of(const Step& step) {
  std::string text;
  for (const auto* list : {&step.reads, &step.writes})
    for (const TensorDesc& desc : *list)
      for (int axis = 0; axis < desc.strides.rank(); ++axis)
        text += fmt::format("{}{}", axis ? "/" : text.empty() ? "" : ",", desc.strides[axis]);
  return text;
}

// "2 x cortex-a15 + 4 x cortex-a7": the cores that workers may run on.
std::string kinds_of(const Topology& machine) {
  std::vector<std::string> parts;
  for (std::size_t kind = 0; kind < machine.kinds.size(); ++kind)
    parts.push_back(fmt::format("{} x {}",
                                std::ranges::count(machine.cores, int(kind), &Core::kind),
                                machine.kinds[kind].name));
  return fmt::format("{} ({} usable) {}", machine.model, machine.usable_cpus(), join(parts, " + "));
}

}  // namespace

ConvProblem with_format(ConvProblem problem, const Format* format, double density) {
  problem.format = format;
  problem.density = std::round(density * 50) / 50;  // the cache keys densities to 2 %
  return problem;
}

std::size_t extent_of(const TensorDesc& desc) {
  std::int64_t last = 0;
  for (int axis = 0; axis < desc.shape.rank(); ++axis)
    last += (desc.shape[axis] - 1) * desc.strides[axis];
  return std::size_t(last + 1) * size_of(desc.type);
}

LayerTimer::LayerTimer(const PlanOptions& options)
    : level_(options.tune),
      threads_(options.threads),
      cache_(options.cache),
      pool_(options.threads) {}

void LayerTimer::set_cold(bool cold) {
  cold_ = cold;
  if (cold && flusher_.empty()) flusher_.resize(std::size_t(host_topology().l3_bytes) * 2);
}

std::string LayerTimer::key_of(const Step& step, const ConvProblem& problem, const ConvRow& row,
                               const ScheduleSpec& schedule, Tune level) const {
  return fmt::format("{} {} {} {}:{} {} x{} {} {} {}", line(problem), strides_of(step),
                     name_of(problem.isa), row.name, row.version, text_of(schedule), threads_,
                     cold_ ? "cold" : "hot", level == Tune::full ? "full" : "quick",
                     kinds_of(host_topology()));
}

double LayerTimer::time(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
                        const ScheduleSpec& schedule) {
  ConvProblem problem = with_format(layer.step.conv, weights.format, weights.density);
  problem.label.clear();
  // What was measured with more care serves as well.
  if (const auto known = cache_.find(key_of(layer.step, problem, row, schedule, Tune::full)))
    return *known;
  const std::string key = key_of(layer.step, problem, row, schedule, level_);
  if (const auto known = cache_.find(key)) return *known;
  const double ms = run(layer, weights, row, problem, schedule);
  cache_.put(key, ms);
  return ms;
}

double LayerTimer::run(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
                       const ConvProblem& problem, const ScheduleSpec& schedule) {
  const float* bias = layer.bias.has_value() ? layer.bias.as<float>().data() : nullptr;
  Buffer packed(row.packed_bytes(problem, &weights));
  row.pack(problem, &weights, bias, packed.data());
  Buffer scratch(row.scratch_bytes(problem));
  std::vector<Buffer> memory;
  std::vector<ConstView> reads;
  for (const TensorDesc& desc : layer.step.reads) {
    memory.push_back(filled(desc));
    reads.push_back({memory.back().data(), desc.type, desc.shape, desc.strides});
  }
  const TensorDesc& y = layer.step.writes[0];
  memory.push_back(Buffer(extent_of(y)));
  const View write{memory.back().data(), y.type, y.shape, y.strides};
  const Call call{reads, std::span(&write, 1), packed.data(), scratch.data()};
  const auto once = [&] {
    for (int phase = 0; phase < row.phases(problem); ++phase)
      pool_.run(row.tiles(problem, phase), schedule,
                [&](Range range, Worker worker) { row.run(problem, call, phase, range, worker); });
  };
  once();  // the first touches the pages
  const Effort& effort = level_ == Tune::full ? kFull : kQuick;
  std::vector<double> times;
  for (double total = 0; int(times.size()) < effort.least ||
                         (total < effort.milliseconds && int(times.size()) < effort.most);) {
    if (cold_) flush();
    const double start = now_ms();
    once();
    times.push_back(now_ms() - start);
    total += times.back();
  }
  return median(std::move(times));
}

// Reads and writes more than the last-level cache holds.
void LayerTimer::flush() {
  for (std::size_t i = 0; i < flusher_.size(); i += 64)
    ++reinterpret_cast<unsigned char&>(flusher_[i]);
}

}  // namespace dlis
