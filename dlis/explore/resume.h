// Training that survives being killed.
#pragma once
#include <filesystem>

#include "dlis/compress/train/training.h"

namespace dlis {

// Trains to the end and keeps network and state in `folder` after every epoch. Where the folder has
// some of an earlier run of the same training, goes on from there, to the same result. An empty
// folder: nothing is kept. The teacher may be null.
// Errors: those of training, the disk, a folder of another network.
Result<Graph> train(const Graph& graph, const Graph* teacher, const Dataset& data,
                    const Preprocessing& how, const TrainingSettings& settings,
                    const std::filesystem::path& folder, const OnReport& report);

}  // namespace dlis
