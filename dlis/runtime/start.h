// From a `.dlis` file to a plan that can run, as a device starts.
#pragma once
#include "dlis/runtime/plan.h"

namespace dlis {

// How a device starts a network.
struct StartOptions {
  int threads = 1;
  Tune tune = Tune::off;  // of weights that are not packed; else what an earlier start chose serves
  Choices choices;        // of an earlier plan, for such weights
  bool keep = true;       // what was packed, for the next start
  std::filesystem::path folder;  // for that; empty: beside the file, or the user's cache folder
};

// A network that is ready to be opened.
struct Started {
  std::shared_ptr<const Plan> plan;
  std::filesystem::path packed;  // the file whose panels the plan reads; empty: it has its own
  bool was_packed = false;       // by an earlier start, or by `dlis pack`
};

// A packed file's panels are used where they lie. Canonical weights are planned and packed into a
// file beside it, MODEL.ISA.tTHREADS.cache.dlis, which is used from then on until the file, the
// options or the rows change; where it cannot be written the plan holds its own copy. Errors: those
// of load_dlis and make_plan.
Result<Started> start_file(const std::filesystem::path& file, const StartOptions& options);

}  // namespace dlis
