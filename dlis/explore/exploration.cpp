// Sweeps or searches, and looks at the records of what it was asked for.
#include "dlis/explore/exploration.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/explore/answer.h"
#include "dlis/explore/opened_space.h"
#include "dlis/explore/retraining.h"
#include "dlis/hardware/topology.h"

namespace dlis {
namespace {

constexpr const char* kBudget = "10m";

// Records say which recipe made their network.
Measuring with_origin(Measuring measuring, const std::map<std::string, std::string>& made) {
  measuring.finish = [&made](const Stack& stack, Record& record) {
    if (const auto found = made.find(stack.model); found != made.end())
      record.set("artifact", found->second);
  };
  return measuring;
}

Result<std::vector<std::string>> sweep_all(const Exploration& asked, const Report& report,
                                           Explored& into) {
  SweepResult result =
      DLIS_TRY(sweep(asked.space, asked.options, asked.store, report, asked.execution));
  into.progress = result.progress;
  if (!result.stopped) return std::move(result.keys);
  return fail(fmt::format("stopped with {} of {} stacks finished", result.progress.done,
                          result.progress.total),
              asked.store.string(),
              asked.execution.executor == "local"
                  ? "run the same command to go on from there"
                  : "its jobs run on; run the same command to take their records");
}

Result<std::vector<std::string>> search(const Exploration& asked, BudgetOptions as,
                                        const Report& report, Explored& into) {
  const EvaluateOptions& options = asked.options;
  const OpenedSpace opened = DLIS_TRY(open_space(asked.space, options, {asked.zoo, asked.retrain}));
  as.extra_seconds = [&opened, cores = host_topology().usable_cpus()](const Stack& stack) {
    return retraining_seconds(stack.compress, opened.macs, opened.images, cores);
  };
  const auto screen_file = screening_store_of(asked.store);
  EvaluateOptions for_executor = options;
  // Both stages, and the next run, take what was retrained from here.
  if (for_executor.checkpoints.empty()) for_executor.checkpoints = retrained_folder_of(asked.store);
  const Executor* executor = DLIS_TRY(find_executor(asked.execution.executor));
  for_executor.machine = executor->machine(asked.execution);
  const Evaluator evaluator(std::move(for_executor));
  const auto measuring = [&](double seconds, std::int64_t images, const auto& at) {
    return with_origin(evaluator.measuring(seconds, images, asked.execution, at), opened.made);
  };
  const std::int64_t few =
      options.images ? std::min(options.images, kScreening.images) : kScreening.images;
  const Measuring cheap =
      measuring(std::min(options.seconds, kScreening.seconds), few, screen_file);
  const Measuring full = measuring(options.seconds, options.images, asked.store);
  Store store = DLIS_TRY(open_store(asked.store, opened.stacks, full));
  Store screened = DLIS_TRY(Store::open(screen_file));
  into.search =
      DLIS_TRY(explore_within(opened.stacks, {cheap, &screened}, {full, &store}, as, report));
  if (!into.search->stopped && into.search->screened == 0)
    return fail("the budget ended before the first stack was screened", "--budget", "give more");
  if (!into.search->stopped) return into.search->keys;
  return fail(fmt::format("stopped with {} of {} stacks screened", into.search->screened,
                          into.search->stacks),
              asked.store.string(), "run the same command to go on from there");
}

Result<std::vector<Record>> records_of(const std::vector<std::string>& keys,
                                       const std::filesystem::path& file) {
  const Store store = DLIS_TRY(Store::open_existing(file));
  std::vector<Record> records;
  for (const std::string& key : keys)
    if (auto record = DLIS_TRY(store.get(key))) records.push_back(std::move(*record));
  return records;
}

// Reports and exports of the store go by it from now on.
Status keep_answer(const Constraints& constraints, const std::filesystem::path& file,
                   Explored& found) {
  Store store = DLIS_TRY(Store::open(file));
  if (constraints.empty()) return store.put_answer({});
  auto told = answer(found.records, constraints);
  if (!told) {
    found.missed = told.error();
    return store.put_answer({0, told.error().message()});
  }
  found.answer = std::move(told->text);
  const auto all = DLIS_TRY(store.all());
  const auto place = std::ranges::find(all, *told->pick) - all.begin();
  return store.put_answer({std::size_t(place) + 1, found.answer});
}

// A run that gave no times has failed, whatever the reasons in its records.
std::optional<Error> all_refused(const std::vector<Record>& records,
                                 const std::filesystem::path& store) {
  if (records.empty() || !std::ranges::all_of(records, &Record::refused)) return std::nullopt;
  const std::string count =
      records.size() == 1 ? "the stack is" : fmt::format("all {} stacks are", records.size());
  return Error{fmt::format("{} refused: {}", count, records[0].text("refused")), store.string(),
               records.size() == 1 ? "" : "this is the first of the reasons; explore other stacks"};
}

// What would only come out after the budget was spent.
Status check_wishes(const Exploration& asked) {
  const bool has_data = !asked.options.data.empty();
  if (!has_data && !asked.constraints.min_top1.empty())
    return fail("accuracy is not measured without data", "--min-top1", "give --data");
  if (asked.retrain.empty()) return {};
  if (!asked.searches())
    return fail("only a search retrains by itself", "--retrain",
                "give --budget or a constraint, or techniques with epochs=N");
  if (!has_data) return fail("there is nothing to retrain on", "--retrain", "give --data");
  return {};
}

}  // namespace

bool Exploration::searches() const {
  const auto& [top1, ms, memory, bytes] = constraints;
  const bool constrained = !(top1.empty() && ms.empty() && memory.empty() && bytes.empty());
  return !grid && (constrained || !budget.empty());
}

Result<Explored> explore(const Exploration& asked, const Report& report) {
  BudgetOptions as;
  as.constraints = DLIS_TRY(parse_constraints(asked.constraints));
  as.budget_seconds =
      DLIS_TRY(parse_duration(asked.budget.empty() ? kBudget : asked.budget, "--budget"));
  DLIS_TRY(check_wishes(asked));
  Explored result;
  result.budget_seconds = as.budget_seconds;
  const auto keys = DLIS_TRY(asked.searches() ? search(asked, as, report, result)
                                              : sweep_all(asked, report, result));
  result.records = DLIS_TRY(records_of(keys, asked.store));
  DLIS_TRY(keep_answer(as.constraints, asked.store, result));
  if (as.constraints.empty()) result.missed = all_refused(result.records, asked.store);
  return result;
}

}  // namespace dlis
