// From a training to its checkpoint and back.
#pragma once
#include "dlis/compress/checkpoint.h"
#include "dlis/compress/train/optimiser.h"

namespace dlis::train {

Checkpoint checkpoint_of(const Network& network, const Optimiser& optimiser, std::int64_t step);

// `network` is that of the checkpoint's graph, with the roundings it had; `optimiser` is new.
// Errors: a checkpoint of something else.
Status restore(const Checkpoint& from, Network& network, Optimiser& optimiser);

}  // namespace dlis::train
