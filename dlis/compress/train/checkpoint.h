// The state of a training between two steps, on disk.
#pragma once
#include <filesystem>

#include "dlis/compress/train/network.h"

namespace dlis::train {

// Tensors go by the names of the graph's values, which a file of the network keeps. Whole or not at
// all. Errors: the disk, a file of another network.
Status save_checkpoint(const std::filesystem::path& file, const Graph& graph, std::int64_t step,
                       const std::map<ValueId, Tensor>& momentum);
Status load_checkpoint(const std::filesystem::path& file, const Graph& graph, std::int64_t& step,
                       std::map<ValueId, Tensor>& momentum);

}  // namespace dlis::train
