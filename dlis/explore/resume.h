// Training that survives being killed.
#pragma once
#include "dlis/compress/checkpoint.h"
#include "dlis/compress/technique.h"

namespace dlis {

// A network at the end of its training.
struct Trained {
  Graph graph;
  std::filesystem::path checkpoint;  // to be removed once the graph is safe; empty: none
};

// Trains to the end. Where `kept` has a checkpoint of the same training, goes on from there, to the
// same result. The teacher may be null. Errors: those of training, a folder that cannot be written
// to, a checkpoint that is damaged.
Result<Trained> train(const Graph& graph, const Graph* teacher, const Dataset& data,
                      const Preprocessing& how, const TrainingSettings& settings,
                      const Checkpoints& kept, const OnReport& report);

}  // namespace dlis
