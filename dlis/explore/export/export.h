// A record as a folder to deploy: its network, programs in C and C++ that run it, what was
// measured.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/explore/report/evidence.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// What an export takes beside the record.
struct ExportOptions {
  std::filesystem::path folder;       // which is new or empty
  std::filesystem::path plan;         // a saved plan to pack for; empty: the one that was measured
  std::filesystem::path checkpoints;  // where retraining was kept; empty: it is done again
  // What is being done, and which share of it is over; false stops.
  std::function<bool(std::string_view phase, double share)> progress;
};

// What was written.
struct Exported {
  std::vector<std::string> files;  // their names in the folder
  std::vector<std::string> notes;  // a sentence each: what is not as it was measured, and why
};

// `store` is its name in the README. The network is made as it was measured: from the record's
// stack and the options of its command. `network.dlis` is packed for `plan`, or for the plan that
// was measured where this machine has that one's instruction set; otherwise for the format and the
// algorithm that the stack names, and where it names none its weights are canonical. Beside a
// packed file stands one of canonical weights for other processors, where the plan's formats hold
// the weights exactly. Errors: a stack that computes on other devices than the processor; the
// record has no command, or files that it names are gone or have changed; those of writing. The
// folder is complete or not there.
Result<Exported> export_record(const Entry& entry, const std::string& store,
                               const ExportOptions& options);

}  // namespace dlis
