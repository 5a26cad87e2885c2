// The parameters every technique takes for retraining, and the start of it.
#pragma once
#include "dlis/compress/technique.h"

namespace dlis {

#define DLIS_TRAINING_PARAMETERS                                                                \
  {"epochs", "epochs of retraining after the change; 0: one shot", "0"}, {                      \
    "teacher", "a network to learn from while retraining; dense: the one that comes in", "none" \
  }

// What `epochs` and `teacher` ask for: none without epochs. Errors: no LibTorch, no images, a
// teacher that does not load.
Result<std::optional<Training>> start_training(const Technique& row, const Choice& choice,
                                               const Graph& graph, const CompressOptions& options);

// Refuses anything but the defaults, for a row that does not retrain.
Status refuse_training(const Technique& row, const Choice& choice);

}  // namespace dlis
