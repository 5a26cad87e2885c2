// The executors' list, and `dlis evaluate` as a command line.
#include "dlis/explore/executor.h"

#include <fmt/format.h>

#include "dlis/base/library.h"
#include "dlis/base/text.h"

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

std::string text_of(const Shape& shape) {
  std::vector<std::string> extents;
  for (const std::int64_t extent : shape) extents.push_back(std::to_string(extent));
  return join(extents, "x");
}

std::vector<std::string> evaluate_command(const EvaluateOptions& options,
                                          const fs::path& checkpoints) {
  const auto number = [](auto value) { return fmt::format("{}", value); };
  std::vector<std::string> words{(folder_of_program() / "dlis").string(),
                                 "evaluate",
                                 "--seconds",
                                 number(options.seconds),
                                 "--batch",
                                 number(options.model.batch),
                                 "--seed",
                                 number(options.model.seed),
                                 "--tune",
                                 std::string(name_of(options.tune)),
                                 "--machine",
                                 options.machine};
  const auto add = [&](const char* name, std::string value) {
    words.insert(words.end(), {name, std::move(value)});
  };
  if (!options.data.empty()) add("--data", options.data);
  if (options.images > 0) add("--images", number(options.images));
  if (options.memory_bytes > 0) add("--memory", number(options.memory_bytes));
  for (const auto& [input, shape] : options.model.shapes)
    add("--shape", fmt::format("{}={}", input, text_of(shape)));
  if (!checkpoints.empty()) add("--checkpoints", checkpoints.string());
  if (!options.target.name.empty()) add("--target", options.target.name);
  if (!options.target.runner.empty()) add("--runner", options.target.runner.string());
  if (options.target.accuracy_here) words.push_back("--accuracy-here");
  return words;
}

}  // namespace

Execution completed(Execution execution, const EvaluateOptions& options, const fs::path& store) {
  if (execution.folder.empty()) execution.folder = fs::absolute(store.string() + ".jobs");
  if (execution.command.empty())
    execution.command = evaluate_command(options, execution.folder / "checkpoints");
  return execution;
}

}  // namespace dlis
