// Layer 2: what a compression technique is.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/compress/train/training.h"
#include "dlis/data/dataset.h"
#include "dlis/model/graph.h"

namespace dlis {

// One value of an axis as text: `weight_prune:zeros=0.9`.
struct Choice {
  std::string name;
  std::map<std::string, std::string> parameters;
  friend bool operator==(const Choice&, const Choice&) = default;
  friend auto operator<=>(const Choice&, const Choice&) = default;
};
// `name` or `name:key=value:key=value`. A name has none of `: , + | = /` and no blanks, a value
// none of
// `: , + |` and no blanks. parse_choice(text_of(c)) == c. Errors quote the offending part.
std::string text_of(const Choice& choice);
Result<Choice> parse_choice(std::string_view text);

// A parameter a technique takes, for `dlis list`, checks and hints.
struct ParameterSpec {
  const char* name;
  const char* summary;    // "share of zeros, 0 to 1"
  const char* otherwise;  // default as text; null: required
};

// Where retraining is kept, so that a run that was killed goes on to the same result.
struct Checkpoints {
  std::filesystem::path folder;  // empty: nowhere
  double seconds = 30;           // at least, between two of a training
  // Told of each training that is kept there; compress() sets its own.
  std::function<void(const std::filesystem::path& file)> begun;
};

// What a technique may use beside the network. Any of it may be absent; a technique that cannot do
// without refuses and says what is missing.
struct CompressOptions {
  const Dataset* images = nullptr;  // for training: calibration, scores, retraining
  Preprocessing how;                // from image to input
  // The values `wanted` of the network, f32, as the run time makes them; `inputs` as batch_of gives
  // them.
  std::function<Result<std::vector<Tensor>>(const Graph& graph, std::span<const Tensor> inputs,
                                            std::span<const ValueId> wanted)>
      observe;
  // Milliseconds of one run of a network of one layer on this device, one core.
  std::function<Result<double>(const Graph& layer)> layer_ms;
  std::function<Result<Graph>(const std::string& model)> load;  // a teacher
  TrainingSettings training;                                    // but for its epochs
  OnReport report;                                              // of retraining
  // Epochs and teachers are judged and left off: a trial of what they would start from.
  bool one_shot = false;
  std::uint64_t seed = 1;
  Checkpoints checkpoints;
  std::function<bool(std::string_view phase, double share)> progress;  // false stops
};

// A compressed network, and what it went through.
struct Compressed {
  Graph graph;
  std::optional<Graph> surgery;    // as it was before retraining; none: nothing was retrained
  std::vector<std::string> notes;  // a sentence each: what was left out and why
  std::vector<std::filesystem::path> checkpoints;  // to be removed once the graph is safe
};

// A row of techniques.inc.
struct Technique {
  const char* name;
  const char* summary;
  std::span<const ParameterSpec> parameters;
  Result<Compressed> (*apply)(const Graph& graph, const Choice& choice,
                              const CompressOptions& options);
  bool (*needs_images)(const Choice& choice) = nullptr;  // null: only to retrain
  // Parameters, shares from 0 to 1, that say how much of the network goes. One of them is given;
  // where none is, find_strength (strength.h) sets the first.
  std::span<const char* const> strengths = {};
};

// The rows of techniques.inc; by name: null where there is none.
std::span<const Technique* const> techniques();
const Technique* find_technique(std::string_view name);

// The name is a row and the parameters are its own; errors name the nearest ones. Values are judged
// by `apply`.
Status check_choice(const Choice& choice);
bool retrains(const Choice& choice);
bool needs_images(std::span<const Choice> chain);
bool uses_images(std::span<const Choice> chain);  // or takes them where there are any
std::string parameter_of(const Technique& row, const Choice& choice, std::string_view name);
// Which of two words a parameter is: true for the second. Errors: another word.
Result<bool> is_second(const Technique& row, const Choice& choice, const char* name,
                       std::string_view first, std::string_view second);

// Applies a chain in order; each choice is checked before the first is applied.
Result<Compressed> compress(const Graph& graph, std::span<const Choice> chain,
                            const CompressOptions& options = {});

// A weight of a Conv, WinogradConv, Gemm or MatMul; biases are none.
struct Weight {
  ValueId value = kNoValue;
  bool first = false;           // no other such layer lies before it: it reads the network's inputs
  bool depthwise = false;       // a convolution with one input channel a group
  bool winograd = false;        // a WinogradConv's
  int outputs = 0, inputs = 1;  // the axes of the layer's channels
  std::int64_t groups = 1;      // of a convolution that is not depthwise
  std::vector<std::string> layers;  // that have it, by name
};
std::vector<Weight> weights_of(const Graph& graph);  // each once, in the order of their layers
std::int64_t zeros_in(const Value& weights);  // a negative zero, whose bits must be kept, is none
double density_of(const Graph& graph);        // share of non-zeros in weights_of; 1: has none

}  // namespace dlis
