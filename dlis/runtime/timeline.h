// One run of a plan, range by range: who ran which tiles of which layer, and when.
#pragma once
#include <string>

#include "dlis/runtime/session.h"

namespace dlis {

// Which thread ran which tiles when; milliseconds as now_ms.
struct Timeline {
  std::vector<TileRun> tiles;  // in the order of the layers and their phases
  double begin_ms = 0, end_ms = 0;
};
// Of the second of two runs.
Result<Timeline> record_timeline(Session& session, std::span<const Tensor> inputs);

// An array of complete events ("ph": "X", times in microseconds) as chrome://tracing and Perfetto
// open it: a row for the layers, one for each thread and one for a device's queue, with phase,
// worker and tiles as arguments. (Trace Event Format, "JSON Array Format".)
std::string chrome_trace(const Plan& plan, const Timeline& timeline);

}  // namespace dlis
