// What each layer of the best stack contributed: from it back to the plain stack, one layer at a
// time.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dlis/explore/report/evidence.h"

namespace dlis {

// One layer, or several where no record stands between, set back to the plain choice.
struct AblationStep {
  std::string layers;    // "format", "device + schedule"
  std::string from, to;  // "csr", "dense"
  const Entry* with = nullptr;
  const Entry* without = nullptr;
  Estimate times;                  // what `from` makes of the speed: above 1 is faster
  std::optional<Estimate> points;  // and of top-1
  double bytes = 1;                // and of peak memory: below 1 is smaller
};

// A stack on the way that the store lacks, or that was refused.
struct MissingStack {
  std::string stack;
  std::string refused;  // why; empty: it was not measured
  std::string command;  // that would measure it into the store
};

struct Ablation {
  const Entry* best = nullptr;
  const Entry* plain = nullptr;  // null: it is missing
  std::vector<AblationStep> steps;
  std::vector<MissingStack> missing;
  std::vector<std::string> fixed;  // layers for which no other choice was measured
};

// One for each network on each machine (each context with a timed record). The best stack is the
// one that `advice` ships of them. The plain one has
// no compression, dense weights, indirect_gemm, a static schedule and one worker, as far as records
// of the context have these choices; the layers give way from the device up, so that a format is
// taken away while the compression that it lives on is still there. Steps point into `entries`;
// `store` is the file's name for commands.
std::vector<Ablation> ablations(std::span<const Entry> entries, const std::string& store);

}  // namespace dlis
