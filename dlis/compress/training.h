// The parameters every technique takes for retraining, and the start of it.
#pragma once
#include "dlis/compress/technique.h"

namespace dlis {

#define DLIS_TRAINING_PARAMETERS                                                                \
  {"epochs", "epochs of retraining after the change; 0: one shot", "0"}, {                      \
    "teacher", "a network to learn from while retraining; dense: the one that comes in", "none" \
  }

// How long a choice retrains; 0: not at all. Errors: no number from 0 to 10000.
Result<double> epochs_of(const Technique& row, const Choice& choice);

// What `epochs` and `teacher` ask for: none without epochs, or in one shot. It is at step 0:
// `resume` takes it to where its checkpoint is. Errors: no LibTorch, no images, a teacher that does
// not load.
//
// `teacher=dense` is the network that came in: `dense`, or null where that is `graph`.
Result<std::optional<Training>> start_training(const Technique& row, const Choice& choice,
                                               const Graph& graph, const CompressOptions& options,
                                               const Graph* dense = nullptr);

// `ramp` and `every` of a row that changes the network while it trains: over the first part of the
// steps, each time after so many.
struct Ramp {
  double share = 0;
  std::int64_t every = 1;
  std::int64_t steps(const Training& training) const {
    return std::int64_t(share * double(training.steps()));
  }
};
Result<Ramp> ramp_of(const Technique& row, const Choice& choice);
// The share of the zeros that are there when a share `done` of the ramp is over; 1 from its end on.
// Zhu and Gupta, "To prune, or not to prune", 2017, eq. 1, from no zeros.
double cubic_growth(double done);

// Refuses anything but the defaults, for a row that does not retrain.
Status refuse_training(const Technique& row, const Choice& choice);

}  // namespace dlis
