// Which layer suffers most from bytes.
#pragma once
#include <string>
#include <vector>

#include "dlis/compress/technique.h"

namespace dlis {

// What quantising one layer alone does to the outputs.
struct LayerSensitivity {
  std::string layer;     // the node's name, or that of its output
  double error = 0;      // sum of squared differences of the outputs over their sum of squares
  double agreement = 0;  // percent of images with the same class as in f32
};

// The network's first output on the options' images, batch after batch, and how far two such are
// apart (`layer` stays empty).
Result<std::vector<Tensor>> outputs_of(const Graph& graph, const CompressOptions& options);
LayerSensitivity difference(const std::vector<Tensor>& plain, const std::vector<Tensor>& rounded);

// Each layer that int8 could compute, alone in int8 while the rest of the network is f32: the worst
// first. `choice` is the row's, with its calibration and number of images. Refuses as the row does.
Result<std::vector<LayerSensitivity>> quantisation_sensitivity(const Graph& graph,
                                                               const Choice& choice,
                                                               const CompressOptions& options);

}  // namespace dlis
