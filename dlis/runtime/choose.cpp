// Times every row that accepts a layer, alone and on buffers of its own, and takes the fastest.
#include "dlis/runtime/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/clock.h"
#include "dlis/base/text.h"
#include "dlis/hardware/topology.h"

namespace dlis {
namespace {

constexpr double kTimedMs = 10;  // of runs per candidate: medians of more did not change a choice
constexpr int kMinRuns = 3, kMaxRuns = 25;
constexpr double kSparseEnough = 0.7;  // denser weights are not offered in other exact formats

bool is_reference(const ConvRow* row) { return std::string_view(row->name) == "reference"; }

// Bytes from the first to the last element of a view.
std::size_t extent_of(const TensorDesc& desc) {
  std::int64_t last = 0;
  for (int axis = 0; axis < desc.shape.rank(); ++axis)
    last += (desc.shape[axis] - 1) * desc.strides[axis];
  return std::size_t(last + 1) * size_of(desc.type);
}

Buffer filled(const TensorDesc& desc) {
  Buffer buffer(extent_of(desc));
  auto* values = reinterpret_cast<float*>(buffer.data());
  for (std::size_t i = 0; i < buffer.size() / sizeof(float); ++i)
    values[i] = float(int(i * 2654435761u >> 24 & 255) - 128) / 128;
  return buffer;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

ConvProblem with_format(ConvProblem problem, const Format* format, double density) {
  problem.format = format;
  problem.density = std::round(density * 50) / 50;  // the cache keys densities to 2 %
  return problem;
}

Chooser::Chooser(const PlanOptions& options, std::size_t all_weights_bytes)
    : options_(options),
      tune_schedule_(options.schedule == "auto"),
      cold_(host_topology().l3_bytes > 0 &&
            all_weights_bytes > std::size_t(host_topology().l3_bytes)),
      cache_(options.cache),
      pool_(options.threads) {
  schedule_ = *parse_schedule(tune_schedule_ ? "static" : options.schedule);
  if (cold_) flusher_.resize(std::size_t(host_topology().l3_bytes) * 2);
}

Status Chooser::choose(LoweredStep& layer) {
  encoded_.clear();
  if (const auto it = options_.choices.find(layer.step.name); it != options_.choices.end())
    return take(layer, it->second);
  auto options = options_for(layer, options_.format, options_.compute, options_.device);
  if (options.empty()) {
    layer.step.fallback = true;
    options = options_for(layer, "dense", "auto", "cpu");
  }
  const bool measure = options_.tune && (options.size() > 1 || tune_schedule_);
  Option best = options.front();
  double best_ms = 0;
  for (const Option& option : options) {
    if (!measure) break;
    const double ms = time_of(layer, option, schedule_);
    for (Candidate& candidate : layer.step.candidates)
      if (candidate.row == option.row && candidate.format == option.format)
        candidate.milliseconds = ms;
    if (best_ms == 0 || ms < best_ms) best = option, best_ms = ms;
  }
  ScheduleSpec schedule = schedule_;
  for (const Schedule* row : schedules()) {
    if (!measure || !tune_schedule_ || options_.threads == 1) break;
    const ScheduleSpec other{row, 1};
    const double ms = time_of(layer, best, other);
    if (ms < best_ms) schedule = other, best_ms = ms;
  }
  settle(layer, best, schedule);
  return {};
}

// Every row in every format asked for; refusals go into the layer's candidates. The reference is an
// option only where it is named or alone.
std::vector<Chooser::Option> Chooser::options_for(LoweredStep& layer, const std::string& format,
                                                  const std::string& compute,
                                                  const std::string& device) {
  std::vector<Option> out, last_resort;
  const double density = density_of(layer.weights);
  for (const Format* f : formats()) {
    const bool dense = f == formats().front();
    const bool offered =
        format == "auto" ? dense || (f->exact && density < kSparseEnough) : format == f->name;
    if (!offered) continue;
    const ConvProblem problem = with_format(layer.step.conv, f, density);
    for (const ConvRow* row : conv_rows()) {
      if (compute != "auto" && compute != row->name) continue;
      const bool elsewhere = device != row->device;
      if (elsewhere && compute == "auto") continue;
      const Verdict verdict =
          elsewhere ? refuse(fmt::format("runs on {}, not on {}", row->device, device))
                    : row->accepts(problem);
      layer.step.candidates.push_back({row, f, 0, verdict.reason});
      if (!verdict) continue;
      (is_reference(row) && compute == "auto" ? last_resort : out).push_back({row, f});
    }
  }
  return out.empty() ? last_resort : out;
}

const Encoded& Chooser::encoded(const LoweredStep& layer, const Format* format) {
  auto [it, added] = encoded_.try_emplace(format);
  if (added) it->second = *format->encode(layer.weights);
  return it->second;
}

double Chooser::time_of(const LoweredStep& layer, const Option& option,
                        const ScheduleSpec& schedule) {
  ConvProblem problem = with_format(layer.step.conv, option.format, density_of(layer.weights));
  problem.label.clear();
  const std::string key =
      fmt::format("{} {} {}:{} {} x{} {} {}", line(problem), name_of(problem.isa), option.row->name,
                  option.row->version, text_of(schedule), options_.threads, cold_ ? "cold" : "hot",
                  host_topology().model);
  if (const auto known = cache_.find(key)) return *known;
  const double ms = time_run(layer, option, schedule);
  cache_.put(key, ms);
  return ms;
}

double Chooser::time_run(const LoweredStep& layer, const Option& option,
                         const ScheduleSpec& schedule) {
  const Encoded& weights = encoded(layer, option.format);
  const ConvProblem problem = with_format(layer.step.conv, option.format, weights.density);
  const float* bias = layer.bias.has_value() ? layer.bias.as<float>().data() : nullptr;
  Buffer packed(option.row->packed_bytes(problem, &weights));
  option.row->pack(problem, &weights, bias, packed.data());
  Buffer scratch(option.row->scratch_bytes(problem));
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
  const auto run = [&] {
    for (int phase = 0; phase < option.row->phases(problem); ++phase)
      pool_.run(option.row->tiles(problem, phase), schedule, [&](Range range, Worker worker) {
        option.row->run(problem, call, phase, range, worker);
      });
  };
  run();  // the first touches the pages
  std::vector<double> times;
  for (double total = 0;
       int(times.size()) < kMinRuns || (total < kTimedMs && int(times.size()) < kMaxRuns);) {
    if (cold_) flush();
    const double start = now_ms();
    run();
    times.push_back(now_ms() - start);
    total += times.back();
  }
  return median(std::move(times));
}

// Reads and writes more than the last-level cache holds.
void Chooser::flush() {
  for (std::size_t i = 0; i < flusher_.size(); i += 64)
    ++reinterpret_cast<unsigned char&>(flusher_[i]);
}

Status Chooser::take(LoweredStep& layer, const LayerChoice& choice) {
  const ConvRow* row = find_conv_row(choice.row);
  const Format* format = find_format(choice.format);
  const auto schedule = parse_schedule(choice.schedule);
  if (!row || !format || !schedule)
    return fail(fmt::format("the plan names {} | {} | {}, which this version does not have",
                            choice.format, choice.row, choice.schedule),
                layer.step.name, "plan the model again");
  const Verdict verdict =
      row->accepts(with_format(layer.step.conv, format, density_of(layer.weights)));
  if (!verdict)
    return fail(fmt::format("the plan's row {} refuses this layer: {}", choice.row, verdict.reason),
                layer.step.name, "plan the model again");
  settle(layer, {row, format}, *schedule);
  return {};
}

void Chooser::settle(LoweredStep& layer, const Option& option, const ScheduleSpec& schedule) {
  Step& step = layer.step;
  const double start = now_ms();
  const Encoded& weights = encoded(layer, option.format);
  step.conv = with_format(step.conv, option.format, weights.density);
  step.conv_row = option.row;
  step.schedule = schedule;
  step.packed = Buffer(option.row->packed_bytes(step.conv, &weights));
  const float* bias = layer.bias.has_value() ? layer.bias.as<float>().data() : nullptr;
  option.row->pack(step.conv, &weights, bias, step.packed.data());
  step.weights_bytes = step.packed.size();
  step.scratch_bytes = option.row->scratch_bytes(step.conv);
  pack_ms_ += now_ms() - start;
  encoded_.clear();
}

}  // namespace dlis
