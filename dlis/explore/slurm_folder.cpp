// Files of the shared folder. Each appears whole, by a rename.
#include "dlis/explore/slurm_folder.h"

#include <fmt/format.h>

#include <random>

#include "dlis/base/file.h"
#include "dlis/base/text.h"

namespace dlis {

namespace fs = std::filesystem;

namespace {

Status make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return {};
  return fail("the folder of jobs cannot be made: " + error.message(), folder.string(),
              "keep the store where all nodes may write");
}

Result<std::string> id_in(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    std::random_device random;
    DLIS_TRY(write_file_atomic(file, fmt::format("{:08x}\n", random())));
  }
  return std::string(trim(DLIS_TRY(read_text(file, 64))));
}

Result<std::vector<fs::path>> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    found.push_back(at->path());
  if (error) return fail("the folder cannot be read: " + error.message(), folder.string());
  return found;
}

// A task that does not see its line yet (shared folders lag) fails, and is submitted again.
constexpr const char* kScript = R"sh(#!/bin/sh
# Measures the stack on line SLURM_ARRAY_TASK_ID + 1 of tasks.txt: a key, a tab, the stack.
cd {0} || exit 1
line=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" {1}/tasks.txt)
[ -n "$line" ] || {{ echo "the task has no line in tasks.txt" >&2; exit 1; }}
tab=$(printf '\t')
key=${{line%%"$tab"*}}
stack=${{line#*"$tab"}}
exec {2} "$stack" --key "$key" -o {3}/"$key.json"
)sh";

std::string quoted(std::span<const std::string> command) {
  std::vector<std::string> words;
  for (const std::string& word : command) words.push_back(shell_word(word));
  return join(words, " ");
}

std::string lines_of(std::span<const Assignment> tasks) {
  std::string lines;
  for (const Assignment& task : tasks) lines += task.key + '\t' + task.stack + '\n';
  return lines;
}

std::vector<Assignment> assignments(std::string_view lines) {
  std::vector<Assignment> tasks;
  for (std::string_view line : split(lines, '\n'))
    if (const auto tab = line.find('\t'); tab != std::string_view::npos)
      tasks.push_back({std::string(line.substr(0, tab)), std::string(line.substr(tab + 1))});
  return tasks;
}

}  // namespace

SlurmFolder::SlurmFolder(fs::path folder, std::string id)
    : folder_(std::move(folder)), id_(std::move(id)) {}

Result<SlurmFolder> SlurmFolder::open(const fs::path& folder) {
  DLIS_TRY(make_folder(folder / "batches"));
  DLIS_TRY(make_folder(folder / "records"));
  return SlurmFolder(folder, DLIS_TRY(id_in(folder / "id")));
}

fs::path SlurmFolder::batch(int number) const {
  return folder_ / "batches" / std::to_string(number);
}
fs::path SlurmFolder::log(int number, std::int64_t index) const {
  return batch(number) / fmt::format("{}.log", index);
}
fs::path SlurmFolder::record(const std::string& key) const {
  return folder_ / "records" / (key + ".json");
}

Result<int> SlurmFolder::add_batch(std::span<const Assignment> tasks,
                                   std::span<const std::string> command) const {
  for (const Assignment& task : tasks)
    if (task.stack.find_first_of("\t\n") != std::string::npos)
      return fail("a stack with a tab or a line break cannot be handed out", task.stack);
  int number = 1;
  std::error_code error;
  while (!fs::create_directory(batch(number), error)) {  // another's: the next number
    if (error) return fail("the folder cannot be made: " + error.message(), batch(number).string());
    ++number;
  }
  std::error_code ignored;
  const std::string script = fmt::format(kScript, shell_word(fs::current_path(ignored).string()),
                                         shell_word(batch(number).string()), quoted(command),
                                         shell_word((folder_ / "records").string()));
  DLIS_TRY(write_file_atomic(this->script(number), script));
  DLIS_TRY(write_file_atomic(batch(number) / "tasks.txt", lines_of(tasks)));
  return number;
}

Result<std::map<int, std::vector<Assignment>>> SlurmFolder::batches() const {
  std::map<int, std::vector<Assignment>> all;
  for (const fs::path& folder : DLIS_TRY(entries(folder_ / "batches"))) {
    const auto number = parse_integer(folder.filename().string());
    if (!number) continue;
    if (const auto lines = read_text(folder / "tasks.txt")) all[int(*number)] = assignments(*lines);
  }
  return all;
}

Result<std::vector<std::string>> SlurmFolder::record_keys() const {
  std::vector<std::string> keys;
  for (const fs::path& file : DLIS_TRY(entries(folder_ / "records")))
    if (file.extension() == ".json") keys.push_back(file.stem().string());
  return keys;
}

void SlurmFolder::remove_batch(int number) const {
  std::error_code ignored;
  fs::remove_all(batch(number), ignored);
}

void SlurmFolder::remove_record(const std::string& key) const {
  std::error_code ignored;
  fs::remove(record(key), ignored);
}

void SlurmFolder::remove_if_empty() const {
  std::error_code error;
  if (!fs::is_empty(folder_ / "batches", error) || error) return;
  if (!fs::is_empty(folder_ / "records", error) || error) return;
  if (fs::exists(folder_ / "checkpoints", error)) return;  // what was retrained may be wanted again
  fs::remove_all(folder_, error);
}

}  // namespace dlis
