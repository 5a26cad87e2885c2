// Runs the open stacks of an exploration as tasks of a Slurm cluster.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "dlis/explore/slurm_folder.h"
#include "dlis/explore/sweep.h"

namespace dlis {

// `open`: stacks without a record, by key. Records go into `store` as they come; ends when all are
// there, or those that are not have failed often enough. Errors: those of the folder, of sbatch and
// of the store; a queue that is silent for too long; stacks without a record.
Result<SweepResult> sweep_slurm(const std::map<std::string, const Stack*>& open, SlurmFolder folder,
                                Store& store, const Measuring& measuring,
                                const std::function<bool(const Progress&)>& report,
                                Progress progress);

}  // namespace dlis
