// Retraining as a part of a search: which techniques, and what it costs before it was done.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dlis/compress/technique.h"

namespace dlis {

// Those of `techniques` that take out weights or channels or leave three values, each with
// `epochs` of retraining behind its first such step: `channel_prune:macs=0.5:epochs=2`. Errors:
// those of parse_chain().
Result<std::vector<std::string>> retrained(std::span<const std::string> techniques,
                                           const std::string& epochs);

// Seconds that the epochs of `chain` take on `cores`: an image forward and backward is three times
// its multiply-adds, at 30 GFLOP/s a core (LibTorch on a Zen 5: 70 for resnet20, 13 for
// mobilenet_v1's depthwise layers). Good for a budget, not for a promise. A chain that is wrong
// takes none: evaluating it says why.
double retraining_seconds(std::span<const Choice> chain, std::int64_t macs, std::int64_t images,
                          int cores);

}  // namespace dlis
