// The folder of work that the explorer and the nodes of a cluster share.
#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// One line of a batch: a stack, and the key that its record answers.
struct Assignment {
  std::string key, stack;
};

// FOLDER/
//   id            names its jobs, so that those of another exploration are never taken for its own
//   batches/N/    tasks.txt (one assignment a line), run.sh (measures one), INDEX.log of each task
//   records/      KEY.json: a record, renamed into place when it is whole
//   checkpoints/  of retraining, by content: a task goes on where another one was killed
//
// The explorer writes batches and reads records; a task writes its record and its log.
class SlurmFolder {
 public:
  // Makes it where there is none. Errors: it cannot be made or written.
  static Result<SlurmFolder> open(const std::filesystem::path& folder);

  std::string job_prefix() const { return "dlis-" + id_ + "-"; }
  std::string job_name(int batch) const { return job_prefix() + std::to_string(batch); }
  std::filesystem::path batch(int number) const;
  std::filesystem::path script(int number) const { return batch(number) / "run.sh"; }
  std::filesystem::path log(int number, std::int64_t index) const;
  std::filesystem::path record(const std::string& key) const;

  // The next batch: `command`, a stack, `--key KEY -o RECORD`, run in today's working folder.
  Result<int> add_batch(std::span<const Assignment> tasks,
                        std::span<const std::string> command) const;
  // What was written, by number; batches that are not whole are left out.
  Result<std::map<int, std::vector<Assignment>>> batches() const;
  Result<std::vector<std::string>> record_keys() const;

  void remove_batch(int number) const;
  void remove_record(const std::string& key) const;
  void remove_if_empty() const;  // no batch, record or checkpoint is left

 private:
  SlurmFolder(std::filesystem::path folder, std::string id);
  std::filesystem::path folder_;
  std::string id_;
};

}  // namespace dlis
