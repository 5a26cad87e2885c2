// One stack, measured on another machine by the `dlis-run` there.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/data/dataset.h"
#include "dlis/explore/record.h"
#include "dlis/explore/target/link.h"
#include "dlis/runtime/plan.h"

namespace dlis {

struct TargetOptions {
  std::string name;              // "ssh:board", "adb:SERIAL", "local:PROGRAM"; empty: this machine
  std::filesystem::path runner;  // the dlis-run for it; empty: the build for its processor
  // Images run here, with the choices of a plan that is made here: another computation than the
  // one that is timed, for targets that would take hours over them. The record's `machine` says so.
  bool accuracy_here = false;
};

// What to measure. Equal keys are answered once until forget().
struct TargetJob {
  std::string key;
  const Graph* graph = nullptr;
  std::string graph_hash;
  PlanOptions plan;
  double seconds = 0.5;
  const Dataset* data = nullptr;  // for accuracy; null: none
  Preprocessing how;
  bool layers = false;  // whether the record shall have what each takes
};

struct TargetAnswer {
  Record fields;                      // those that were measured, or `refused`
  std::vector<std::int32_t> classes;  // of the images of `data`; -1 where the output is NaN
};

// Graph and images are brought where the target does not hold them; both are known by their
// content. Errors: those of Link; an answer that makes no sense.
Result<TargetAnswer> measure_on(Link& link, const TargetJob& job);

// Of one layer by itself: its fastest row, packed weights, one core. Nothing stays there.
Result<double> layer_ms_on(Link& link, const Graph& layer);

// The answer has arrived where it was to go: the target need not keep it.
void forget(Link& link, const std::string& key);

}  // namespace dlis
