// From the ranges that a pool ran to events of a trace.
#include "dlis/runtime/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "dlis/base/clock.h"

namespace dlis {
namespace {

using Json = nlohmann::ordered_json;

// The row of the layers; thread i has row i + 1.
constexpr int kProcess = 1, kLayers = 0, kQueue = 1 << 16;

int row_of(int thread) { return thread == kDeviceThread ? kQueue : thread + 1; }

Json named(const char* what, int row, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", kProcess}, {"tid", row}, {"args", {{"name", name}}}};
}

Json event(const std::string& name, const char* category, int row, double begin_ms, double end_ms,
           Json arguments) {
  return {{"name", name},
          {"cat", category},
          {"ph", "X"},
          {"pid", kProcess},
          {"tid", row},
          {"ts", 1000 * begin_ms},
          {"dur", 1000 * (end_ms - begin_ms)},
          {"args", std::move(arguments)}};
}

const char* row_of(const Step& step) {
  return step.conv_row ? step.conv_row->name : step.op_row->name;
}

Json layer_event(const Plan& plan, int index, double begin_ms, double end_ms) {
  const Step& step = plan.steps[std::size_t(index)];
  return event(step.name, "layer", kLayers, begin_ms, end_ms,
               {{"layer", index},
                {"op", step.op},
                {"row", row_of(step)},
                {"schedule", text_of(step.schedule)},
                {"workers", workers_of(step, plan.options)}});
}

Json tiles_event(const Plan& plan, const TileRun& run, double origin_ms) {
  return event(plan.steps[std::size_t(run.step)].name,
               run.thread == kDeviceThread ? "queue" : "tiles", row_of(run.thread),
               run.begin_ms - origin_ms, run.end_ms - origin_ms,
               {{"layer", run.step},
                {"phase", run.phase},
                {"worker", run.worker},
                {"begin", run.range.begin},
                {"end", run.range.end}});
}

}  // namespace

Result<Timeline> record_timeline(Session& session, std::span<const Tensor> inputs) {
  DLIS_TRY(session.run(inputs));
  Timeline timeline;
  timeline.begin_ms = now_ms();
  timeline.tiles = DLIS_TRY(session.trace(inputs));
  timeline.end_ms = now_ms();
  return timeline;
}

std::string chrome_trace(const Plan& plan, const Timeline& timeline) {
  Json events = Json::array();
  events.push_back(named("process_name", kLayers, "dlis " + plan.graph.name));
  events.push_back(named("thread_name", kLayers, "layers"));
  std::map<int, std::pair<double, double>> layers;
  std::map<int, bool> threads;
  for (const TileRun& run : timeline.tiles) {
    auto [at, first] = layers.try_emplace(run.step, run.begin_ms, run.end_ms);
    at->second.first = std::min(at->second.first, run.begin_ms);
    at->second.second = std::max(at->second.second, run.end_ms);
    threads[run.thread] = true;
  }
  for (const auto& [thread, ran] : threads)
    events.push_back(named("thread_name", row_of(thread),
                           thread == kDeviceThread ? "device" : fmt::format("thread {}", thread)));
  const double origin = timeline.begin_ms;
  for (const auto& [layer, span] : layers)
    events.push_back(layer_event(plan, layer, span.first - origin, span.second - origin));
  for (const TileRun& run : timeline.tiles) events.push_back(tiles_event(plan, run, origin));
  return events.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace dlis
