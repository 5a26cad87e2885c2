// Repeats a layer's phases on buffers shaped as the plan will shape them; the median counts.
#include "dlis/runtime/layer_timer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/clock.h"
#include "dlis/base/statistics.h"
#include "dlis/base/text.h"
#include "dlis/compute/device_operands.h"
#include "dlis/hardware/device.h"
#include "dlis/hardware/topology.h"
#include "dlis/runtime/sides.h"
#include "dlis/runtime/split.h"

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
  // Any bytes are integers; these are about 2^-64 to 2^63 as bf16, 2^-7 to 2^8 as f16.
  if (desc.type != DType::f32) {
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
  return extent_of(desc.type, desc.shape, desc.strides);
}

namespace {

// What each worker did of a layer in one run: its share of the work, and for how long.
struct Shares {
  std::vector<double> work, ns;
  std::vector<std::int64_t> tiles;  // of each phase
  bool mixed = false;               // one thread did another's share

  static void add(void* to, const RangeRun& run) {
    auto& self = *static_cast<Shares*>(to);
    const auto worker = std::size_t(run.worker);
    if (run.thread != run.worker) std::atomic_ref(self.mixed).store(true);
    self.work[worker] +=
        double(run.range.end - run.range.begin) / double(self.tiles[std::size_t(run.run)]);
    self.ns[worker] += double(run.end_ns - run.begin_ns);
  }
};

// Relative to the fastest; empty where they are alike.
std::vector<double> rounded(std::vector<double> speeds) {
  constexpr double kSteps = 50;
  const double fastest = std::ranges::max(speeds);
  for (double& speed : speeds) speed = std::max(1.0, std::round(speed / fastest * kSteps)) / kSteps;
  return std::ranges::min(speeds) < 1 ? speeds : std::vector<double>{};
}

}  // namespace

LayerTimer::LayerTimer(const PlanOptions& options)
    : level_(options.tune),
      in_chain_(is_chain(options.device)),
      cache_(options.cache),
      pool_(options.threads) {}

void LayerTimer::set_cold(bool cold) {
  cold_ = cold;
  if (cold && flusher_.empty()) flusher_.resize(std::size_t(host_topology().l3_bytes) * 2);
}

std::string LayerTimer::key_of(const Step& step, const ConvProblem& problem, const ConvRow& row,
                               const Manner& manner, Tune level) const {
  return fmt::format("{} {} {} {}:{} {} x{} {} {} {}{}{}", line(problem), strides_of(step),
                     name_of(problem.isa), row.name, row.version, text_of(manner.schedule),
                     manner.workers, cold_ ? "cold" : "hot", level == Tune::full ? "full" : "quick",
                     row.enqueue ? find_device(row.device)->describe() : kinds_of(host_topology()),
                     row.enqueue && in_chain_ ? " of a chain" : "",
                     slowdown() ? " " + slowdown()->name : "");
}

Result<double> LayerTimer::time(const LoweredStep& layer, const Encoded& weights,
                                const ConvRow& row, const Manner& manner) {
  ConvProblem problem = with_format(layer.step.conv, weights.format, weights.density);
  problem.label.clear();
  problem.workers = manner.cut;
  // What was measured with more care serves as well.
  if (const auto known = cache_.find(key_of(layer.step, problem, row, manner, Tune::full)))
    return *known;
  const std::string key = key_of(layer.step, problem, row, manner, level_);
  if (const auto known = cache_.find(key)) return *known;
  const double ms = DLIS_TRY(run(layer, weights, row, problem, manner));
  cache_.put(key, ms);
  return ms;
}

namespace {

// A layer's values, in buffers of their own.
struct Values {
  std::vector<Buffer> memory;
  std::vector<ConstView> reads;
  View write;
  explicit Values(const Step& step) {
    for (const TensorDesc& desc : step.reads) {
      memory.push_back(filled(desc));
      reads.push_back({memory.back().data(), desc.type, desc.shape, desc.strides});
    }
    const TensorDesc& y = step.writes[0];
    memory.push_back(Buffer(extent_of(y)));
    write = {memory.back().data(), y.type, y.shape, y.strides};
  }
};

// A row's packed weights and scratch.
struct Weights {
  Buffer packed, scratch;
  Weights(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
          const ConvProblem& problem)
      : packed(row.packed_bytes(problem, &weights)), scratch(row.scratch_bytes(problem)) {
    const float* bias = layer.bias.has_value() ? layer.bias.as<float>().data() : nullptr;
    row.pack(problem, &weights, bias, packed.data());
  }
};

void run_phases(const ConvRow& row, const ConvProblem& problem, const Call& call,
                const ScheduleSpec& schedule, int workers, Pool& pool) {
  for (int phase = 0; phase < row.phases(problem); ++phase)
    pool.run(
        row.tiles(problem, phase), schedule,
        [&](Range range, Worker worker) { row.run(problem, call, phase, range, worker); }, workers);
}

}  // namespace

Result<double> LayerTimer::run(const LoweredStep& layer, const Encoded& weights, const ConvRow& row,
                               const ConvProblem& problem, const Manner& manner) {
  const Values values(layer.step);
  Weights own(layer, weights, row, problem);
  const Call call{values.reads, std::span(&values.write, 1), own.packed.data(), own.scratch.data()};
  if (!row.enqueue)
    return repeated(
        [&]() -> Status {
          run_phases(row, problem, call, manner.schedule, manner.workers, pool_);
          return {};
        },
        cold_);
  auto device =
      DLIS_TRY(DeviceOperands::open(row.device, call, own.packed.size(), own.scratch.size()));
  const bool copies = in_chain_ && device.offload().sharing() == Sharing::none;
  return repeated(
      [&]() -> Status {
        if (copies) DLIS_TRY(device.give());
        DLIS_TRY(device.run(row, problem));
        return copies ? device.fetch() : Status();
      },
      cold_);
}

Result<double> LayerTimer::run(const LoweredStep& layer, const Encoded& host, const Encoded& device,
                               const ConvRow& row, const Split& split, const Manner& manner) {
  const Values values(layer.step);
  Weights own(layer, host, row, split.host), theirs(layer, device, *split.row, split.device);
  std::vector<ConstView> reads[2];
  View writes[2];
  for (bool on_device : {false, true}) {
    for (const ConstView& read : values.reads)
      reads[on_device].push_back(part_of(split, on_device, read, reads[on_device].empty()));
    writes[on_device] = part_of(split, on_device, values.write, false);
  }
  const Call here{reads[0], std::span(&writes[0], 1), own.packed.data(), own.scratch.data()};
  const Call there{reads[1], std::span(&writes[1], 1), theirs.packed.data(), theirs.scratch.data()};
  auto operands = DLIS_TRY(
      DeviceOperands::open(split.row->device, there, theirs.packed.size(), theirs.scratch.size()));
  const bool copies = operands.offload().sharing() != Sharing::at_once;
  return repeated(
      [&]() -> Status {
        if (copies) DLIS_TRY(operands.give());
        DLIS_TRY(split.row->enqueue(split.device, operands.call()));
        DLIS_TRY(operands.flush());
        run_phases(row, split.host, here, manner.schedule, manner.workers, pool_);
        return copies ? operands.fetch() : operands.finish();
      },
      cold_);
}

Result<double> LayerTimer::time(const LoweredStep& layer, const Encoded& host,
                                const Encoded& device, const ConvRow& row, const Split& split,
                                const Manner& manner) {
  ConvProblem unlabelled = split.host;
  unlabelled.label.clear();
  const std::string key =
      fmt::format("{} + {}:{} {}", key_of(layer.step, unlabelled, row, manner, level_),
                  text_of(split), split.row->version, find_device(split.row->device)->describe());
  if (const auto known = cache_.find(key)) return *known;
  const double ms = DLIS_TRY(run(layer, host, device, row, split, manner));
  cache_.put(key, ms);
  return ms;
}

// The median of as many runs as the level of tuning says.
Result<double> LayerTimer::repeated(const std::function<Status()>& once, bool cold) {
  DLIS_TRY(once());  // the first touches the pages
  const Effort& effort = level_ == Tune::full ? kFull : kQuick;
  std::vector<double> times;
  for (double total = 0; int(times.size()) < effort.least ||
                         (total < effort.milliseconds && int(times.size()) < effort.most);) {
    if (cold) flush();
    const double start = now_ms();
    DLIS_TRY(once());
    times.push_back(now_ms() - start);
    total += times.back();
  }
  return median(std::move(times));
}

double LayerTimer::time(const Step& step, const ScheduleSpec& schedule, int workers) {
  std::vector<Buffer> memory;
  std::vector<ConstView> reads;
  std::vector<View> writes;
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    const TensorDesc& desc = step.reads[i];
    const bool absent = step.inputs[i] == kNoValue;
    if (!absent) memory.push_back(filled(desc));
    reads.push_back({absent ? nullptr : memory.back().data(), desc.type, desc.shape, desc.strides});
  }
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    const TensorDesc& desc = step.writes[i];
    const bool absent = step.outputs[i] == kNoValue;
    if (!absent) memory.push_back(Buffer(extent_of(desc)));
    writes.push_back(
        {absent ? nullptr : memory.back().data(), desc.type, desc.shape, desc.strides});
  }
  Buffer scratch(step.scratch_bytes);
  const OpRow& row = *step.op_row;
  const Call call{reads, writes, step.packed.data(), scratch.data()};
  const auto once = [&]() -> Status {
    for (int phase = 0; phase < row.phases(step.other); ++phase)
      pool_.run(
          row.tiles(step.other, phase), schedule,
          [&](Range range, Worker worker) { row.run(step.other, call, phase, range, worker); },
          workers);
    return {};
  };
  return *repeated(once, false);  // what it reads was just written
}

std::vector<double> LayerTimer::speeds(const LoweredStep& layer, const Encoded& weights,
                                       const ConvRow& row, int workers) {
  constexpr std::size_t kRuns = 7;
  // A busy machine may start a thread too late for its share.
  constexpr int kMostTries = 50;
  constexpr double kMostMs = 500;
  ConvProblem problem = with_format(layer.step.conv, weights.format, weights.density);
  problem.label.clear();
  problem.workers = workers;
  const Manner equal{*parse_schedule("static"), workers, workers};
  const std::string key = key_of(layer.step, problem, row, equal, level_);
  if (const auto known = speeds_.find(key); known != speeds_.end()) return known->second;
  const Values values(layer.step);
  Weights own(layer, weights, row, problem);
  const Call call{values.reads, std::span(&values.write, 1), own.packed.data(), own.scratch.data()};
  std::vector<std::vector<double>> samples(static_cast<std::size_t>(workers));
  Shares shares;
  for (int phase = 0; phase < row.phases(problem); ++phase)
    shares.tiles.push_back(row.tiles(problem, phase));
  const PoolWatch watch{Shares::add, &shares};
  const double start = now_ms();
  for (int i = 0; i < kMostTries && samples[0].size() < kRuns; ++i) {
    if (i > int(kRuns) && now_ms() - start > kMostMs) break;
    shares.work.assign(std::size_t(workers), 0);
    shares.ns.assign(std::size_t(workers), 0);
    shares.mixed = false;
    if (cold_) flush();
    pool_.watch(&watch);
    run_phases(row, problem, call, equal.schedule, workers, pool_);
    pool_.watch(nullptr);
    if (i == 0 || shares.mixed || std::ranges::min(shares.ns) <= 0) continue;
    for (std::size_t w = 0; w < samples.size(); ++w)
      samples[w].push_back(shares.work[w] / shares.ns[w]);
  }
  std::vector<double> speeds;
  for (auto& of_worker : samples)
    if (!of_worker.empty()) speeds.push_back(median(std::move(of_worker)));
  return speeds_[key] = speeds.empty() ? speeds : rounded(std::move(speeds));
}

// Reads and writes more than the last-level cache holds.
void LayerTimer::flush() {
  for (std::size_t i = 0; i < flusher_.size(); i += 64)
    ++reinterpret_cast<unsigned char&>(flusher_[i]);
}

}  // namespace dlis
