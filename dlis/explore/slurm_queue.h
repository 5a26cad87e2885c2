// What an exploration needs of Slurm's commands: sbatch, squeue, scontrol.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

struct ArrayJob {
  std::string name;
  std::filesystem::path script;
  std::filesystem::path logs;  // a folder; INDEX.log of each task
  std::int64_t tasks = 0;      // indices 0 to tasks - 1
  std::int64_t at_once = 0;    // 0: no limit
  std::string options;         // "partition=gpu gres=gpu:1": words of sbatch without their --
};

struct QueuedTask {
  std::string job;  // the name of its array job
  std::int64_t index = 0;
  bool running = false;
  std::string id;      // as scontrol takes it: 17_3
  std::string reason;  // that it is not running
};

// Slurm starts a task again whose node is lost (--requeue). Errors: no sbatch; what sbatch says.
Status submit(const ArrayJob& job);

// This user's array tasks that have not ended, of jobs whose name begins with `prefix`. Errors: no
// squeue; what squeue says, which is no sign that a task has ended.
Result<std::vector<QueuedTask>> queued_tasks(const std::string& prefix);

// Tasks that one array may have (MaxArraySize); Slurm's default where scontrol does not tell.
std::int64_t most_tasks();

// Lets a task run that Slurm holds back.
Status release(const QueuedTask& task);

}  // namespace dlis
