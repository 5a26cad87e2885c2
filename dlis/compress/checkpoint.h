// A training between two steps, on disk, so that one that was killed goes on to the same result.
#pragma once
#include <filesystem>

#include "dlis/compress/train/training.h"

namespace dlis {

// All that the next steps depend on beside settings and data. Tensors by value of the graph.
struct Checkpoint {
  std::int64_t step = 0;
  Graph graph;                      // of now: its weights as they lie behind their roundings
  std::map<ValueId, Tensor> wider;  // f32, of weights that the graph keeps in another type
  std::map<ValueId, Tensor> masks, momentum;
  std::vector<Tensor> scales, scales_momentum;  // of ternary weights, in the order they became it
};

// Whole or not at all: the file that was there stays until the new one is complete. Errors: the
// disk, a file that is damaged or of another version.
Status save_checkpoint(const std::filesystem::path& file, Checkpoint checkpoint);
Result<Checkpoint> load_checkpoint(const std::filesystem::path& file);

// FOLDER/NAME-KEY.checkpoint, where the key is a hash of all that decides what a training gives, so
// that one is never taken for another: `what` (the choice), graph, teacher, images, settings. Not
// of the device: a training may be taken to another one.
std::filesystem::path checkpoint_file(const std::filesystem::path& folder, const std::string& name,
                                      const std::string& what, const Graph& graph,
                                      const Graph* teacher, const Dataset& data,
                                      const Preprocessing& how, const TrainingSettings& settings);

// Before hours of training. Errors: the folder cannot be made, or written to.
Status check_checkpoints(const std::filesystem::path& folder);

}  // namespace dlis
