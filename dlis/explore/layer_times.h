// Times of layers that a file keeps, for compression by latency.
#pragma once
#include <string>

#include "dlis/compress/technique.h"

namespace dlis {

// `options.layer_ms` takes times from `file`, and appends to it what it had to measure: a line
// each, the problem (see compute/problem.h), a tab, milliseconds. So a network is pruned for a
// device on another machine, which retrains faster. Errors: `file` cannot be written, or a line of
// it is no such line.
Status keep_layer_times(CompressOptions& options, const std::string& file);
// The same without writing: what had to be measured is remembered. `file` may be empty or missing.
Status remember_layer_times(CompressOptions& options, const std::string& file = {});

}  // namespace dlis
