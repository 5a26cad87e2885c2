// What compression may use beside the network: training images, and the run time to look inside.
#pragma once
#include <string>

#include "dlis/compress/technique.h"
#include "dlis/explore/load.h"

namespace dlis {

// The images of training_spec(data) for this network.
Result<Dataset> load_training_images(const std::string& data, const Graph& graph);
// The same where the chain learns from images; none where it does not, or can do without and there
// are none, or `data` is empty.
Result<Dataset> load_training_images(const std::string& data, const Graph& graph,
                                     std::span<const Choice> chain);

// The images of held_out_spec(data) for this network.
Result<Dataset> load_held_out_images(const std::string& data, const Graph& graph);

// `images` (which must outlive the options; empty: none) as this network takes them, the run time
// on all cores, which keeps the plan of the graph that it ran last, and how `graph` was loaded: its
// seed, and teachers alike.
Result<CompressOptions> compress_options(const Dataset& images, const Graph& graph,
                                         const ModelOptions& model = {});

// `options.layer_ms` takes times from `file`, and appends to it what it had to measure: a line
// each, the problem (see compute/problem.h), a tab, milliseconds. So a network is pruned for a
// device on another machine, which retrains faster. Errors: `file` cannot be written, or a line of
// it is no such line.
Status keep_layer_times(CompressOptions& options, const std::string& file);
// The same without writing: what had to be measured is remembered. `file` may be empty or missing.
Status remember_layer_times(CompressOptions& options, const std::string& file = {});

}  // namespace dlis
