// Weighs every row that accepts a layer and takes the fastest set of rows that fits the budget.
#include "dlis/runtime/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dlis/base/clock.h"
#include "dlis/base/memory.h"
#include "dlis/base/text.h"
#include "dlis/hardware/topology.h"
#include "dlis/runtime/cost_model.h"
#include "dlis/runtime/device_side.h"
#include "dlis/runtime/sides.h"
#include "dlis/runtime/split.h"

namespace dlis {
namespace {

constexpr double kSparseEnough = 0.7;  // denser weights are not offered in other exact formats

bool is_reference(const ConvRow* row) { return std::string_view(row->name) == "reference"; }
bool is_offered(const Candidate& candidate) { return candidate.offered; }

std::size_t canonical_bytes(const std::vector<LoweredStep>& layers) {
  std::size_t bytes = 0;
  for (const LoweredStep& layer : layers)
    if (layer.weights.has_value()) bytes += layer.weights.bytes();
  return bytes;
}

bool exceeds_cache(std::size_t bytes) {
  return host_topology().l3_bytes > 0 && bytes > std::size_t(host_topology().l3_bytes);
}

// Numbers of workers below `threads` that a layer may be best with: halves, and the cores of the
// fastest kinds. Ascending.
std::vector<int> fewer_workers(int threads, const Topology& machine) {
  std::set<int> counts;
  for (int count = 1; count < threads; count *= 2) counts.insert(count);
  int cores = 0;
  for (std::size_t kind = 0; kind < machine.kinds.size(); ++kind) {
    cores += int(std::ranges::count(machine.cores, int(kind), &Core::kind));
    if (cores < threads) counts.insert(cores);
  }
  return {counts.begin(), counts.end()};
}

// The layers that have candidates, in order, and what those cost. A layer's pick counts the offered
// candidates only.
std::vector<LayerCosts> costs_of(const std::vector<LoweredStep>& layers) {
  std::vector<LayerCosts> out;
  for (const LoweredStep& layer : layers) {
    if (!layer.weights.has_value()) continue;
    out.emplace_back();
    for (const Candidate& c : layer.step.candidates)
      if (c.offered) out.back().push_back({c.milliseconds, c.packed_bytes, c.scratch_bytes});
  }
  return out;
}

// The index in the layer's candidates of a pick among the offered ones.
int candidate_of(const LoweredStep& layer, int pick) {
  for (std::size_t i = 0; i < layer.step.candidates.size(); ++i)
    if (layer.step.candidates[i].offered && pick-- == 0) return int(i);
  DLIS_ASSERT(false);
  return 0;
}

// Why even the smallest plan is too large: what takes the most of it.
Error too_large(const std::vector<LoweredStep>& layers, const std::vector<LayerCosts>& costs,
                const FixedMemory& fixed, std::size_t limit, bool chosen_limit) {
  const auto text = [](std::size_t bytes) { return format_bytes(std::int64_t(bytes)); };
  const Picks picks = smallest(costs, fixed);
  const std::size_t needed = peak_bytes(costs, picks, fixed);
  const Step* largest = nullptr;
  std::size_t most = 0, i = 0;
  std::string takes;
  for (const LoweredStep& layer : layers) {
    std::size_t values = 0, weights = layer.step.weights_bytes, scratch = layer.step.scratch_bytes;
    for (const auto* list : {&layer.step.reads, &layer.step.writes})
      for (const TensorDesc& desc : *list) values += extent_of(desc);
    std::string row = layer.step.op;
    if (layer.weights.has_value()) {
      const Candidate& c = layer.step.candidates[std::size_t(candidate_of(layer, picks[i]))];
      weights = c.packed_bytes, scratch = c.scratch_bytes, row = c.row->name;
      ++i;
    }
    if (largest && values + weights + scratch <= most) continue;
    largest = &layer.step, most = values + weights + scratch;
    takes = fmt::format("takes {} even as {} ({} of weights, {} of scratch, {} of values)",
                        text(most), row, text(weights), text(scratch), text(values));
  }
  const std::string layer_text = fmt::format("layer '{}' {}", largest ? largest->name : "", takes);
  if (!chosen_limit)
    return {fmt::format("the smallest plan needs {}, only {} are available: {}", text(needed),
                        text(limit), layer_text),
            {},
            "take a smaller batch or input",
            false};
  return {fmt::format("the smallest plan needs {}, more than the {} allowed: {}", text(needed),
                      text(limit), layer_text),
          "--memory", fmt::format("allow {} bytes", needed), true};
}

// A layer's weights in a format that may be another than the network gives them in.
Result<Encoded> encoded_as(const Format& format, const LoweredStep& layer) {
  if (!layer.given) return format.encode(layer.weights);
  return layer.given->format == &format ? Result<Encoded>(*layer.given)
                                        : format.encode_bytes(*layer.given);
}

// Why a format cannot hold the weights; empty: it can.
std::string cannot_hold(const Format& format, const LoweredStep& layer) {
  const auto encoded = encoded_as(format, layer);
  return encoded ? "" : encoded.error().what;
}

// Whether a layer is tried in a format, where `asked` is for all layers.
bool is_tried(const Format& format, const std::string& asked, const LoweredStep& layer,
              double density) {
  if (const Format* only = layer.only_format())
    return (&format == only && (asked == "auto" || asked == "dense" || asked == only->name)) ||
           (layer.given && format.encode_bytes && (asked == "auto" || asked == format.name));
  if (asked != "auto") return asked == format.name;
  return &format == formats().front() ||
         (format.exact && (format.nearest || density < kSparseEnough));
}

}  // namespace

Status check_going_on(const PlanOptions& options) {
  if (!options.go_on || options.go_on()) return {};
  return fail("stopped");
}

Chooser::Chooser(const PlanOptions& options, const std::vector<LoweredStep>& layers,
                 const FixedMemory& fixed)
    : options_(options),
      fixed_(fixed),
      tune_schedule_(options.schedule == "auto" && options.threads > 1 &&
                     options.tune != Tune::off),
      cold_(exceeds_cache(canonical_bytes(layers))),
      timer_(options) {
  schedule_ = *parse_schedule(options.schedule == "auto" ? "static" : options.schedule);
  measure_speeds_ = schedule_.row->has_speeds && schedule_.speeds.empty() && options.threads > 1 &&
                    options.tune != Tune::off;
  if (tune_schedule_) fewer_ = fewer_workers(options.threads, host_topology());
  timer_.set_cold(cold_);
}

Status Chooser::consider(std::vector<LoweredStep>& layers, bool time_all) {
  time_all_ = time_all;
  for (LoweredStep& layer : layers) {
    if (!layer.weights.has_value()) continue;
    if (const auto it = options_.choices.find(layer.step.name); it != options_.choices.end()) {
      DLIS_TRY(take(layer, it->second));
      continue;
    }
    add_candidates(layer, options_.format, options_.compute, options_.device);
    if (std::ranges::none_of(layer.step.candidates, is_offered)) fall_back(layer);
  }
  DLIS_TRY(weigh_all(layers));
  if (cold_) return {};
  // Rows may pack larger than the weights were: what is chosen decides whether they stay in cache.
  const std::vector<LayerCosts> costs = costs_of(layers);
  if (!exceeds_cache(peak_bytes(costs, fastest(costs), {}))) return {};
  timer_.set_cold(cold_ = true);
  return weigh_all(layers);
}

// The processor's rows take what the named ones do not.
void Chooser::fall_back(LoweredStep& layer) {
  layer.step.fallback = true;
  add_candidates(layer, "dense", "auto", "cpu");
}

// Every row in every format asked for, or why not. The reference is offered only where it is named
// or alone.
void Chooser::add_candidates(LoweredStep& layer, const std::string& format,
                             const std::string& compute, const std::string& device) {
  auto& candidates = layer.step.candidates;
  const std::size_t first = candidates.size();
  const double values = density_of(layer.weights);
  for (const Format* f : formats()) {
    const double density = f->block == 1 ? values : density_of(layer.weights, *f);
    if (!is_tried(*f, format, layer, density)) continue;
    const std::string cannot = f->nearest ? cannot_hold(*f, layer) : "";
    const ConvProblem problem = with_format(layer.step.conv, f, density);
    for (const ConvRow* row : conv_rows()) {
      if (compute != "auto" && compute != row->name) continue;
      const bool elsewhere = !is_among(device, row->device);
      if (elsewhere && compute == "auto") continue;
      const bool unmeasured =
          row->enqueue && is_chain(device) && options_.tune == Tune::off && compute == "auto";
      const Verdict verdict =
          unmeasured        ? refuse("nothing is measured, so nothing leaves the processor")
          : elsewhere       ? refuse(fmt::format("runs on {}, not on {}", row->device, device))
          : !cannot.empty() ? refuse(cannot)
                            : accepts(*row, problem);
      candidates.push_back({row, f, 0, verdict.reason});
      candidates.back().offered = bool(verdict) && !(is_reference(row) && compute == "auto");
    }
  }
  if (std::any_of(candidates.begin() + std::ptrdiff_t(first), candidates.end(), is_offered)) return;
  for (std::size_t i = first; i < candidates.size(); ++i)
    candidates[i].offered = candidates[i].refusal.empty();
}

Status Chooser::take(LoweredStep& layer, const LayerChoice& choice) {
  const ConvRow* row = find_conv_row(choice.row);
  const Format* format = find_format(choice.format);
  const auto schedule = parse_schedule(choice.schedule);
  if (!row || !format || !schedule)
    return fail(fmt::format("the plan names {} | {} | {}, which this version does not have",
                            choice.format, choice.row, choice.schedule),
                layer.step.name, "plan the model again");
  const std::string_view type = name_of(layer.step.conv.type);
  if (!choice.type.empty() && choice.type != type)
    return fail(
        fmt::format("the plan computes this layer in {}, here it is in {}", choice.type, type),
        layer.step.name, "plan the model again");
  const Verdict verdict =
      accepts(*row, with_format(layer.step.conv, format, density_of(layer.weights, *format)));
  if (!verdict)
    return fail(fmt::format("the plan's row {} refuses this layer: {}", choice.row, verdict.reason),
                layer.step.name, "plan the model again");
  const int all = options_.threads;
  layer.step.workers = choice.workers > 0 ? std::min(choice.workers, all) : 0;
  layer.step.conv.workers = std::max(choice.cut, layer.step.workers > 0 ? layer.step.workers : all);
  layer.step.candidates.push_back({row, format, 0, {}});
  layer.step.candidates.back().offered = true;
  layer.step.schedule = *schedule;
  const auto leaves = [&](const ConvRow& used) {
    return used.enqueue && !is_among(options_.device, used.device);
  };
  if (!choice.split.empty()) {
    const ConvProblem problem =
        with_format(layer.step.conv, format, density_of(layer.weights, *format));
    layer.step.split = DLIS_TRY(parse_split(choice.split, problem, *row));
  }
  if (leaves(*row) || (layer.step.split.row && leaves(*layer.step.split.row)))
    return fail(fmt::format("the plan uses more devices than {}", options_.device), layer.step.name,
                "name them: --device cpu+opencl");
  return {};
}

Status Chooser::weigh_all(std::vector<LoweredStep>& layers) {
  for (LoweredStep& layer : layers)
    if (layer.weights.has_value()) DLIS_TRY(weigh(layer));
  return {};
}

// Bytes and times of what a layer is offered.
Status Chooser::weigh(LoweredStep& layer) {
  auto& candidates = layer.step.candidates;
  const bool taken = options_.choices.contains(layer.step.name);
  const bool timed =
      !taken && (std::ranges::count_if(candidates, is_offered) > 1 || tune_schedule_ || time_all_);
  const auto weigh_offered = [&]() -> Result<bool> {
    for (Candidate& candidate : candidates) {
      DLIS_TRY(check_going_on(options_));
      if (candidate.offered) weigh(layer, candidate, timed);
    }
    return std::ranges::any_of(candidates, is_offered);
  };
  if (DLIS_TRY(weigh_offered())) return {};
  if (!taken && !layer.step.fallback && options_.device != "cpu") {  // the device fails
    fall_back(layer);
    if (DLIS_TRY(weigh_offered())) return {};
  }
  const auto refused = std::ranges::find_if(candidates, [](auto& c) { return !c.refusal.empty(); });
  return fail(refused == candidates.end() ? "no row computes it" : refused->refusal,
              layer.step.name, taken ? "plan this network anew" : "take a smaller batch or input");
}

void Chooser::weigh(LoweredStep& layer, Candidate& candidate, bool timed) {
  const auto withdraw = [&](std::string why) {
    candidate.offered = false;
    candidate.refusal = std::move(why);
  };
  const auto weights = encoded(layer, candidate.format);
  if (!weights) return withdraw(weights.error().message());
  ConvProblem problem = with_format(layer.step.conv, candidate.format, (*weights)->density);
  candidate.density = (*weights)->density;
  candidate.workers = workers_of(layer.step, options_);
  candidate.packed_bytes = candidate.row->packed_bytes(problem, *weights);
  candidate.scratch_bytes = candidate.row->scratch_bytes(problem);
  const double needed = double(candidate.packed_bytes) + double(candidate.scratch_bytes);
  const std::int64_t available = available_memory();
  if (needed > double(available))
    return withdraw(fmt::format("needs {}, only {} are available",
                                format_bytes(std::int64_t(std::min(needed, 9e18))),
                                format_bytes(available)));
  candidate.estimated = options_.tune == Tune::off;
  if (candidate.estimated)
    candidate.milliseconds = estimated_ms(*candidate.row, problem, candidate.packed_bytes, cold_);
  if (candidate.estimated || !timed) return;
  const auto ms = timer_.time(layer, **weights, *candidate.row,
                              {schedule_, candidate.workers, candidate.workers});
  if (!ms) return withdraw(ms.error().message());
  candidate.milliseconds = *ms;
  if (candidate.row->enqueue) return;  // its device schedules by itself
  for (const int workers : fewer_) {
    const double alone =
        *timer_.time(layer, **weights, *candidate.row, {schedule_, workers, workers});
    if (alone >= candidate.milliseconds) continue;
    problem.workers = candidate.workers = workers;
    candidate.milliseconds = alone;
    candidate.packed_bytes = candidate.row->packed_bytes(problem, *weights);
    candidate.scratch_bytes = candidate.row->scratch_bytes(problem);
  }
}

Status Chooser::decide(std::vector<LoweredStep>& layers, std::size_t limit) {
  const std::vector<LayerCosts> costs = costs_of(layers);
  const Picks free = fastest(costs);
  // What the machine has is a budget as well.
  const auto available = std::size_t(available_memory());
  const bool chosen_limit = limit > 0 && limit < available;
  if (!chosen_limit) limit = available;
  const auto within = fastest_within(costs, fixed_, limit);
  if (!within) return tl::unexpected(too_large(layers, costs, fixed_, limit, chosen_limit));
  std::size_t i = 0;
  for (LoweredStep& layer : layers) {
    Step& step = layer.step;
    if (!layer.weights.has_value()) continue;
    DLIS_TRY(check_going_on(options_));
    Candidate& candidate = step.candidates[std::size_t(candidate_of(layer, (*within)[i]))];
    if ((*within)[i] != free[i]) step.demoted_from = candidate_of(layer, free[i]);
    step.conv_row = candidate.row;
    step.conv =
        with_format(step.conv, candidate.format, density_of(layer.weights, *candidate.format));
    step.weights_bytes = candidate.packed_bytes;
    step.scratch_bytes = candidate.scratch_bytes;
    if (!options_.choices.contains(step.name)) settle_schedule(layer, candidate);
    ++i;
  }
  return {};
}

std::vector<FrontierPoint> Chooser::frontier(const std::vector<LoweredStep>& layers, int points) {
  const std::vector<LayerCosts> costs = costs_of(layers);
  const std::size_t least = peak_bytes(costs, smallest(costs, fixed_), fixed_);
  const std::size_t most = peak_bytes(costs, fastest(costs), fixed_);
  std::vector<Picks> found;
  for (int point = 0; point < points; ++point) {
    const double share = points > 1 ? double(point) / (points - 1) : 1;
    const auto picks =
        fastest_within(costs, fixed_, least + std::size_t(double(most - least) * share));
    if (!picks) continue;
    while (!found.empty() &&
           peak_bytes(costs, found.back(), fixed_) >= peak_bytes(costs, *picks, fixed_))
      found.pop_back();  // the same, or beaten: the search is not exact for large networks
    found.push_back(*picks);
  }
  std::vector<FrontierPoint> out;
  for (const Picks& picks : found) {
    FrontierPoint point;
    point.peak_bytes = peak_bytes(costs, picks, fixed_);
    std::size_t i = 0;
    for (const LoweredStep& layer : layers) {
      if (!layer.weights.has_value()) continue;
      const Candidate& c = layer.step.candidates[std::size_t(candidate_of(layer, picks[i++]))];
      point.layers_ms += c.milliseconds;
      const auto& taken = options_.choices;
      const auto given = taken.find(layer.step.name);
      point.choices[layer.step.name] =
          given != taken.end() ? given->second
                               : LayerChoice{c.row->name, c.format->name, text_of(schedule_),
                                             std::string(name_of(layer.step.conv.type)),
                                             c.workers < options_.threads ? c.workers : 0};
    }
    out.push_back(std::move(point));
  }
  return out;
}

Result<const Encoded*> Chooser::encoded(const LoweredStep& layer, const Format* format) {
  if (at_hand_ != &layer) encoded_.clear();
  at_hand_ = &layer;
  if (const auto it = encoded_.find(format); it != encoded_.end()) return &it->second;
  Encoded weights = DLIS_TRY(encoded_as(*format, layer));
  return &(encoded_[format] = std::move(weights));
}

Status Chooser::pack_for(const LoweredStep& layer, const ConvRow& row, const ConvProblem& part,
                         Buffer& packed, std::shared_ptr<DeviceMemory>& on_device) {
  const Encoded& weights = *DLIS_TRY(encoded(layer, part.format));
  packed = Buffer(row.packed_bytes(part, &weights), row.enqueue ? kDevicePage : kAlignment);
  const float* bias = layer.bias.has_value() ? layer.bias.as<float>().data() : nullptr;
  row.pack(part, &weights, bias, packed.data());
  on_device = DLIS_TRY(packed_on_device(row.device, packed));
  return {};
}

Status Chooser::pack(const LoweredStep& layer, Step& step) {
  const double start = now_ms();
  DLIS_TRY(pack_for(layer, *step.conv_row, step.own_part(), step.packed, step.on_device));
  step.weights_bytes = step.packed.size();
  step.scratch_bytes = step.conv_row->scratch_bytes(step.own_part());
  if (Split& s = step.split; s.row) {
    DLIS_TRY(pack_for(layer, *s.row, s.device, s.packed, s.on_device));
    step.weights_bytes += s.packed.size();
    step.scratch_bytes = std::max(step.scratch_bytes, s.row->scratch_bytes(s.device));
  }
  pack_ms_ += now_ms() - start;
  encoded_.clear();
  at_hand_ = nullptr;
  return {};
}

}  // namespace dlis
