// The parameters every technique takes for retraining.
#pragma once
#include "dlis/compress/technique.h"

namespace dlis {

#define DLIS_TRAINING_PARAMETERS                                                          \
  {"epochs", "epochs of retraining after the change; 0: one shot", "0"}, {                \
    "teacher", "a network to learn from while retraining; none: the labels alone", "none" \
  }

// This build cannot train: anything but the defaults is refused, with the reason.
Status refuse_training(const Technique& row, const Choice& choice);

}  // namespace dlis
