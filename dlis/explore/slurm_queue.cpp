// Command lines and their answers. No accounting database is asked: many clusters have none.
#include "dlis/explore/slurm_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dlis/base/capability.h"
#include "dlis/base/process.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

constexpr std::int64_t kDefaultMostTasks = 1001;

// States (squeue's short names) of tasks that will not run again.
constexpr std::array kEnded{"CD", "F", "TO", "CA", "NF", "OOM", "BF", "DL", "PR", "RV"};

// The last line that says something, without the program's name in front.
std::string last_words(const Finished& finished) {
  std::string last = finished.last;
  if (last.empty()) last = trim(split(trim(finished.out), '\n').back());
  for (const std::string word : {"error: ", "fatal: "})
    if (const std::size_t at = last.find(word); at != std::string::npos)
      return last.substr(at + word.size());
  return last;
}

Result<std::string> answer(const std::vector<std::string>& command, const std::string& hint) {
  if (!is_on_path(command[0])) return tl::unexpected(lacking(slurm_capability));
  auto finished = run_program(command);
  if (!finished) return tl::unexpected(finished.error());
  if (finished->status == 0) return std::move(finished->out);
  const std::string said = last_words(*finished);
  return fail(said.empty() ? fmt::format("it failed with status {}", finished->status) : said,
              command[0], hint);
}

// In a name of --output a % begins a pattern.
std::string literal(const std::filesystem::path& path) {
  std::string text;
  for (const char c : path.string()) text += c == '%' ? std::string("%%") : std::string(1, c);
  return text;
}

std::vector<std::string> command_of(const ArrayJob& job) {
  std::vector<std::string> words{"sbatch", "--parsable", "--requeue", "--open-mode=append"};
  for (std::string_view word : split(job.options, ' '))
    if (!word.empty()) words.push_back((word[0] == '-' ? "" : "--") + std::string(word));
  // Ours come last: sbatch takes the last of two.
  words.push_back("--job-name=" + job.name);
  words.push_back(fmt::format("--array=0-{}{}", job.tasks - 1,
                              job.at_once > 0 ? fmt::format("%{}", job.at_once) : ""));
  words.push_back("--output=" + literal(job.logs) + "/%a.log");
  words.push_back("--error=" + literal(job.logs) + "/%a.log");
  words.push_back(job.script.string());
  return words;
}

// `INDEX|STATE|ID|REASON|NAME`; false for what is no task that can still run.
bool parse_task(std::string_view line, QueuedTask& task) {
  const auto fields = split(line, '|');
  if (fields.size() < 5) return false;
  const auto index = parse_integer(trim(fields[0]));
  const std::string state(trim(fields[1]));
  if (!index || std::ranges::find(kEnded, state) != kEnded.end()) return false;
  task.index = *index;
  task.running = state == "R" || state == "CG";
  task.id = trim(fields[2]);
  task.reason = trim(fields[3]);
  task.job = trim(fields[4]);
  return true;
}

}  // namespace

Status submit(const ArrayJob& job) {
  DLIS_TRY(answer(command_of(job), "correct --slurm, or ask who runs the cluster"));
  return {};
}

Result<std::vector<QueuedTask>> queued_tasks(const std::string& prefix) {
  const std::string lines = DLIS_TRY(
      answer({"squeue", "--me", "--noheader", "--array", "--states=all", "--format=%K|%t|%i|%r|%j"},
             "check `sinfo`"));
  std::vector<QueuedTask> tasks;
  QueuedTask task;
  for (std::string_view line : split(lines, '\n'))
    if (parse_task(line, task) && task.job.starts_with(prefix)) tasks.push_back(task);
  return tasks;
}

std::int64_t most_tasks() {
  const auto told = run_program({"scontrol", "show", "config"});
  if (!told || told->status != 0) return kDefaultMostTasks;
  for (std::string_view line : split(told->out, '\n')) {
    const auto parts = split(line, '=');
    if (trim(parts[0]) != "MaxArraySize" || parts.size() < 2) continue;
    const auto size = parse_integer(trim(parts[1]));
    if (size && *size > 0) return *size;
  }
  return kDefaultMostTasks;
}

Status release(const QueuedTask& task) {
  DLIS_TRY(answer({"scontrol", "release", task.id}, ""));
  return {};
}

}  // namespace dlis
