// One task of a job array a stack, records merged by this process.
//
// The folder of jobs and the queue say at any moment what is going on; this process remembers
// nothing that it cannot read from them again. A task whose record is there is done, one that the
// queue has will be done, one that neither has is lost and submitted again. A record counts once:
// by its key in the store, whoever made it, however often, however late.
#include "dlis/explore/slurm_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "dlis/base/clock.h"
#include "dlis/base/file.h"
#include "dlis/base/text.h"
#include "dlis/explore/record_file.h"
#include "dlis/explore/slurm_queue.h"

namespace dlis {
namespace {

constexpr int kMisses = 3;               // looks at the queue that must miss a lost task
constexpr double kFirstPollSeconds = 1;  // small explorations are over soon
constexpr double kSlower = 1.3;          // each poll is as much later than the one before
constexpr int kNoted = 3;                // failures that an error names

struct Task {
  const Stack* stack = nullptr;
  int attempts = 0;        // submissions by this run
  int batch = 0;           // of the last; 0: none
  std::int64_t index = 0;  // in it
  bool failed = false;
  int missed = 0;           // looks in a row without it
  double missed_since = 0;  // milliseconds
  std::string trouble;      // with its record
};

class SlurmSweep {
 public:
  SlurmSweep(SlurmFolder folder, Store& store, const Measuring& measuring,
             const std::function<bool(const Progress&)>& report, Progress progress)
      : folder_(std::move(folder)),
        store_(store),
        measuring_(measuring),
        how_(measuring.execution),
        report_(report),
        progress_(std::move(progress)),
        interval_ms_(1000 * std::min(kFirstPollSeconds, how_.poll_seconds)) {}

  void add(const std::string& key, const Stack& stack) { open_[key].stack = &stack; }

  Result<SweepResult> run() {
    DLIS_TRY(adopt());
    const double start = now_ms();
    while (true) {
      DLIS_TRY(take_records());
      if (std::ranges::all_of(open_, [](const auto& task) { return task.second.failed; })) break;
      DLIS_TRY(look());
      if (!tell(start)) return SweepResult{progress_, true};
      std::this_thread::sleep_for(
          std::chrono::duration<double, std::milli>(std::clamp(interval_ms_ / 4, 20.0, 200.0)));
    }
    DLIS_TRY(clean());
    if (!open_.empty()) return tl::unexpected(failures());
    progress_.stack.clear();
    progress_.phase.clear();
    progress_.share = 1;
    progress_.seconds_left = 0;
    if (report_) report_(progress_);
    return SweepResult{progress_, false};
  }

 private:
  // Batches of a run that was stopped: what is in the queue of them needs no new task.
  Status adopt() {
    for (const auto& [number, tasks] : DLIS_TRY(folder_.batches()))
      for (std::size_t i = 0; i < tasks.size(); ++i)
        if (const auto task = open_.find(tasks[i].key); task != open_.end()) {
          places_[{number, std::int64_t(i)}] = tasks[i].key;
          task->second.batch = number;
          task->second.index = std::int64_t(i);
        }
    return {};
  }

  Status take_records() {
    const double now = now_ms();
    if (now < next_records_ms_) return {};
    next_records_ms_ = now + interval_ms_ / 4;
    for (const std::string& key : DLIS_TRY(folder_.record_keys())) {
      const auto task = open_.find(key);
      if (task == open_.end()) continue;  // merged before: a task ran twice, or came late
      auto kept = checked_record(key, *task->second.stack);
      if (!kept) {
        task->second.trouble = kept.error().message();
        continue;
      }
      if (measuring_.finish) measuring_.finish(*task->second.stack, kept->record);
      DLIS_TRY(store_.put(key, kept->record, kept->seconds));
      open_.erase(task);
      ++progress_.done;
      ++taken_;
    }
    return {};
  }

  Result<KeptRecord> checked_record(const std::string& key, const Stack& stack) const {
    const std::filesystem::path file = folder_.record(key);
    KeptRecord kept = DLIS_TRY(read_record_file(file, key));
    if (kept.record.text("stack") == text_of(stack)) return kept;
    return fail("the record is of another stack: " + kept.record.text("stack"), file.string());
  }

  // Asks the queue, when it is time to, and acts on its answer.
  Status look() {
    const double now = now_ms();
    if (now < next_look_ms_) return {};
    interval_ms_ = std::min(interval_ms_ * kSlower, 1000 * how_.poll_seconds);
    next_look_ms_ = now + interval_ms_;
    const auto queued = queued_tasks(folder_.job_prefix());
    if (!queued) return bear_silence(queued.error(), now);
    silent_since_ms_ = 0;
    DLIS_TRY(judge(*queued, now));
    return submit_open();
  }

  // A controller that restarts is silent for a while; its tasks run on.
  Status bear_silence(const Error& error, double now) {
    if (silent_since_ms_ == 0) silent_since_ms_ = now;
    waiting_for_ = "the queue does not answer: " + error.what;
    if (heard_ && now - silent_since_ms_ < 1000 * how_.silence_seconds) return {};
    return tl::unexpected(error);
  }

  Status judge(const std::vector<QueuedTask>& queued, double now) {
    heard_ = true;
    waiting_for_.clear();
    running_ = queued_ = 0;
    std::set<std::string> alive;
    for (const QueuedTask& task : queued) {
      const auto key = places_.find({batch_of(task), task.index});
      if (key == places_.end() || !open_.count(key->second)) continue;
      alive.insert(key->second);
      ++(task.running ? running_ : queued_);
      if (!task.running) waiting_for_ = task.reason;
      // After a node failed at the start of a task Slurm asks for a decision: it may try again.
      if (task.reason.starts_with("launch failed")) (void)release(task);
    }
    for (auto& [key, task] : open_) miss(task, alive.count(key) > 0, now);
    return {};
  }

  int batch_of(const QueuedTask& task) const {
    const auto number = parse_integer(task.job.substr(folder_.job_prefix().size()));
    return number ? int(*number) : 0;
  }

  void miss(Task& task, bool alive, double now) const {
    if (alive) {
      task.missed = 0;
      return;
    }
    if (task.missed++ == 0) task.missed_since = now;
    const bool lost =
        task.missed >= kMisses && now - task.missed_since >= 1000 * how_.patience_seconds;
    if (task.batch != 0 && lost && task.attempts >= how_.attempts) task.failed = true;
  }

  bool is_to_submit(const Task& task, double now) const {
    if (task.failed || task.missed == 0) return false;
    if (task.batch == 0) return true;
    // Of a run before this one: its records were taken before the queue was asked, and what comes
    // late from it counts as well.
    return task.missed >= kMisses && now - task.missed_since >= 1000 * how_.patience_seconds;
  }

  Status submit_open() {
    const double now = now_ms();
    std::vector<Assignment> lines;
    for (const auto& [key, task] : open_)
      if (is_to_submit(task, now)) lines.push_back({key, text_of(*task.stack)});
    // In the order of the stacks, which share most with their neighbours.
    std::ranges::sort(lines, {}, [&](const Assignment& a) { return open_.at(a.key).stack; });
    if (lines.empty()) return {};
    if (most_tasks_ == 0) most_tasks_ = std::size_t(most_tasks());
    for (std::size_t i = 0; i < lines.size();) {
      const std::size_t count = std::min(most_tasks_, lines.size() - i);
      const bool went = DLIS_TRY(submit_batch(std::span(lines).subspan(i, count)));
      if (went)
        i += count;
      else if (count > 1)
        most_tasks_ = count / 2;
      else
        return {};  // until tasks have ended
    }
    return {};
  }

  // False: more tasks than this user may have now.
  Result<bool> submit_batch(std::span<const Assignment> lines) {
    const int number = DLIS_TRY(folder_.add_batch(lines, how_.command));
    ArrayJob job{folder_.job_name(number),   folder_.script(number), folder_.batch(number),
                 std::int64_t(lines.size()), how_.at_once,           how_.options};
    const Status submitted = submit(job);
    // Without an answer the job may be there or not: the next looks will tell.
    if (!submitted && !is_silence(submitted.error())) {
      folder_.remove_batch(number);
      const bool limit = lower(submitted.error().what).find("limit") != std::string::npos;
      if (limit && (lines.size() > 1 || running_ + queued_ > 0)) return false;
      return tl::unexpected(submitted.error());
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      places_[{number, std::int64_t(i)}] = lines[i].key;
      Task& task = open_.at(lines[i].key);
      task.batch = number;
      task.index = std::int64_t(i);
      task.missed = 0;
      ++task.attempts;
    }
    queued_ += std::int64_t(lines.size());
    return true;
  }

  static bool is_silence(const Error& error) {
    const std::string said = lower(error.what);
    return said.find("contact slurm controller") != std::string::npos ||
           said.find("timed out") != std::string::npos;
  }

  bool tell(double start) {
    const auto next = std::ranges::find_if(open_, [](const auto& t) { return !t.second.failed; });
    if (next != open_.end()) progress_.stack = text_of(*next->second.stack);
    progress_.phase = fmt::format("{} running, {} in the queue", running_, queued_);
    if (!waiting_for_.empty()) progress_.phase += " (" + waiting_for_ + ")";
    if (taken_ > 0)
      progress_.seconds_left = (now_ms() - start) / double(taken_) * double(open_.size()) / 1000;
    return !report_ || report_(progress_);
  }

  // What is in the store needs no files. Batches stay while the queue or a failure needs them.
  Status clean() {
    const auto queued = queued_tasks(folder_.job_prefix());
    if (!queued) return {};  // the next run cleans
    std::set<int> needed;
    for (const QueuedTask& task : *queued) needed.insert(batch_of(task));
    for (const auto& [key, task] : open_) needed.insert(task.batch);
    for (const auto& [number, tasks] : DLIS_TRY(folder_.batches()))
      if (!needed.count(number)) folder_.remove_batch(number);
    for (const std::string& key : DLIS_TRY(folder_.record_keys()))
      if (DLIS_TRY(store_.has(key))) folder_.remove_record(key);
    folder_.remove_if_empty();
    return {};
  }

  std::string reason_of(const Task& task) const {
    const std::string file = folder_.log(task.batch, task.index).string();
    std::string last = task.trouble;
    if (const auto log = read_text(file); log && last.empty())
      for (std::string_view line : split(*log, '\n'))
        if (!trim(line).empty()) last = trim(line);
    return fmt::format("{}: {}", text_of(*task.stack),
                       last.empty() ? "its task ended without a word" : last);
  }

  Error failures() const {
    std::vector<std::string> reasons;
    for (const auto& [key, task] : open_)
      if (reasons.size() < kNoted) reasons.push_back(reason_of(task));
    return {fmt::format("{} of {} stacks have no record after {} attempts ({}{})", open_.size(),
                        progress_.total, how_.attempts, join(reasons, "; "),
                        open_.size() > kNoted ? "; ..." : ""),
            how_.folder.string(), "run the same command to try them again; the others are kept"};
  }

  SlurmFolder folder_;
  Store& store_;
  const Measuring& measuring_;
  const Execution& how_;
  const std::function<bool(const Progress&)>& report_;
  Progress progress_;
  std::map<std::string, Task> open_;  // by key: without a record in the store
  std::map<std::pair<int, std::int64_t>, std::string> places_;  // batch and index to key
  std::size_t most_tasks_ = 0;                                  // in one array; 0: not asked yet
  std::int64_t running_ = 0, queued_ = 0, taken_ = 0;
  std::string waiting_for_;
  bool heard_ = false;  // the queue has answered once
  double interval_ms_, next_look_ms_ = 0, next_records_ms_ = 0, silent_since_ms_ = 0;
};

}  // namespace

Result<SweepResult> sweep_slurm(const std::map<std::string, const Stack*>& open, SlurmFolder folder,
                                Store& store, const Measuring& measuring,
                                const std::function<bool(const Progress&)>& report,
                                Progress progress) {
  SlurmSweep sweep(std::move(folder), store, measuring, report, std::move(progress));
  for (const auto& [key, stack] : open) sweep.add(key, *stack);
  return sweep.run();
}

}  // namespace dlis
