// BatchNormalization after a change in one shot.
#pragma once
#include "dlis/compress/technique.h"

namespace dlis {

// For a row that changes weights.
#define DLIS_STATISTICS_PARAMETER                                                               \
  {                                                                                             \
    "statistics",                                                                               \
        "one shot: training images that mean and variance of BatchNormalization are of, where " \
        "there are any; 0: they stay",                                                          \
        "512"                                                                                   \
  }

// How many images the row's statistics are of; 0: it has none, or the choice retrains and is not
// tried in one shot.
Result<std::int64_t> statistics_of(const Technique& row, const Choice& choice,
                                   bool one_shot = false);

// The row's `apply`, after which mean and variance of each BatchNormalization are those of the
// changed network on `count` (at least 1) of the options' images. A note says so, or why they stay.
Result<Compressed> apply_with_statistics(const Technique& row, const Graph& graph,
                                         const Choice& choice, const CompressOptions& options,
                                         std::int64_t count);

}  // namespace dlis
