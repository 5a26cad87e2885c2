// What `quantise:type=int8` is made of, for this folder.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "dlis/compress/calibration.h"
#include "dlis/compress/technique.h"

namespace dlis {

struct Int8Settings {
  Calibration calibration = Calibration::mse;
  std::int64_t images = 0;
  bool equalise = false, correct = false;
  std::optional<std::regex> keep;  // layers whose name it is found in stay f32
};
// Errors: values that make no sense, no images.
Result<Int8Settings> int8_settings(const Choice& choice, const CompressOptions& options);

// `type` is f16 or bf16. Layers with weights beyond its largest number stay f32.
Graph to_halves(Graph graph, DType type);
Result<Compressed> to_int8(const Graph& graph, const Choice& choice,
                           const CompressOptions& options);

// Batch normalisation and scales lie in the weights, dense layers are Gemm: the network whose
// values are calibrated. Values are numbered anew and keep their names.
Result<Graph> ready_for_bytes(Graph graph);

// Which nodes multiply bytes, and which values lie in memory as bytes. A value that the plan fuses
// away (a convolution's sum in front of its ReLU or of a residual) is none of them: it stays f32 in
// registers, which is also the more exact.
struct ByteParts {
  std::vector<bool> layers;         // by node: a convolution or dense layer of bytes
  std::vector<bool> moves;          // by node: it hands on bytes as they are, or computes on them
  std::vector<ValueId> values;      // bytes
  std::map<ValueId, ValueId> like;  // values of one range: the first of them, by any other
};
// `wanted` says of a layer (by its node) whether it shall be one of bytes.
ByteParts byte_parts(const Graph& graph, const std::function<bool(const Node& node)>& wanted);

// `graph` with the parts in bytes: every value of `parts.values` has a range in `ranges`,
// activations are u8 per tensor, weights i8 per output channel, biases i32.
using Ranges = std::map<ValueId, Range>;
Graph with_bytes(const Graph& graph, const ByteParts& parts, const Ranges& ranges);

// The axis of a layer's output channels in its weights.
int channel_axis(const Node& layer);

// The ranges of `parts.values` on images.
Result<Ranges> calibrate(const Graph& graph, const ByteParts& parts, Calibration how,
                         const CompressOptions& options);

// Moves factors between consecutive layers, as Nagel et al., "Data-Free Quantization Through Weight
// Equalization and Bias Correction", ICCV 2019, section 4.1. Returns the number of pairs.
// Channel c between the nodes becomes 1 / factors[c] of what it was.
void move_factors(Graph& graph, std::size_t first, std::size_t second,
                  const std::vector<float>& factors);
Result<int> equalise(Graph& graph, const ByteParts& parts, const CompressOptions& options);

// Takes the mean error that rounded weights make from each layer's bias.
Status correct_biases(Graph& graph, const ByteParts& parts, const Ranges& ranges,
                      const CompressOptions& options);

// Hands the values `wanted` to `see`, batch after batch of all the options' images.
using See = std::function<void(std::span<const Tensor> values)>;
Status observe_images(const Graph& graph, std::span<const ValueId> wanted,
                      const CompressOptions& options, const See& see);

}  // namespace dlis
