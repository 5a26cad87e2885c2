// The executors' list, and `dlis evaluate` as a command line.
#include "dlis/explore/executor.h"

#include "dlis/base/library.h"
#include "dlis/base/text.h"
#include "dlis/explore/command.h"

namespace dlis {

namespace fs = std::filesystem;

#define DLIS_ROW(name) extern const Executor name##_row;
#include "dlis/explore/executors.inc"
#undef DLIS_ROW

std::span<const Executor* const> executors() {
#define DLIS_ROW(name) &name##_row,
  static constexpr const Executor* kRows[] = {
#include "dlis/explore/executors.inc"
  };
#undef DLIS_ROW
  return kRows;
}

Result<const Executor*> find_executor(std::string_view name) {
  for (const Executor* row : executors())
    if (row->name == name) return row;
  return tl::unexpected(unknown_name("executor", name, names_of(executors())));
}

namespace {

std::vector<std::string> evaluate_command(const EvaluateOptions& options,
                                          const fs::path& checkpoints) {
  std::vector<std::string> words{(folder_of_program() / "dlis").string(),
                                 "evaluate",
                                 "--machine",
                                 options.machine,
                                 "--checkpoints",
                                 checkpoints.string()};
  const auto more = words_of(options);
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

Execution completed(Execution execution, const EvaluateOptions& options, const fs::path& store) {
  if (execution.folder.empty()) execution.folder = fs::absolute(store.string() + ".jobs");
  if (execution.command.empty())
    execution.command =
        evaluate_command(options, options.checkpoints.empty() ? execution.folder / "checkpoints"
                                                              : fs::absolute(options.checkpoints));
  return execution;
}

}  // namespace dlis
