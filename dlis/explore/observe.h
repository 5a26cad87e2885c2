// What compression may use beside the network: training images, and the run time to look inside.
#pragma once
#include <string>

#include "dlis/compress/technique.h"
#include "dlis/explore/load.h"

namespace dlis {

// What `data` names, as this network's inputs take it. Errors: those of load_dataset; a network
// without inputs.
Result<Dataset> load_dataset(const std::string& data, const Graph& graph);

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

}  // namespace dlis
