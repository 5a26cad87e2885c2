// dlis explore MODEL...: the product of the axes, and whole stacks, measured into a store.
#include "evaluate_arguments.h"
#include "execution_arguments.h"
#include "output.h"
#include "progress.h"
#include "records_output.h"
#include "search.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct ExploreArguments {
  Space space;
  EvaluateArguments measuring;
  Execution execution;
  std::optional<std::string> named;  // where the records go
  std::string store, csv;
  SearchArguments search;
  bool json = false;
};

// A bar for people; for a log one line a stack.
class Watcher {
 public:
  bool operator()(const Progress& p) {
    if (p.stack.empty()) return true;
    if (p.stack != last_ && !bar_.is_live()) bar_.line(text_of(p));
    last_ = p.stack;
    if (bar_.is_live()) bar_.draw(p.total ? double(p.done) / double(p.total) : 1, text_of(p));
    return !is_interrupted();
  }

 private:
  static std::string text_of(const Progress& p) {
    std::string text = fmt::format("{} of {}", p.done + 1, p.total);
    if (p.seconds_left >= 0) text += fmt::format(", {} left", duration(p.seconds_left));
    if (!p.phase.empty()) text += ", " + p.phase;
    if (p.phase == "accuracy") text += fmt::format(" {:.0f} %", 100 * p.share);
    return text + ": " + p.stack;
  }
  ProgressBar bar_;
  std::string last_;
};

Result<std::vector<std::string>> sweep_all(const ExploreArguments& arguments,
                                           const EvaluateOptions& options, const Report& report) {
  SweepResult result =
      DLIS_TRY(sweep(arguments.space, options, arguments.store, report, arguments.execution));
  const Progress& p = result.progress;
  if (result.stopped)
    return fail(fmt::format("stopped with {} of {} stacks finished", p.done, p.total),
                arguments.store,
                arguments.execution.executor == "local"
                    ? "run the same command to go on from there"
                    : "its jobs run on; run the same command to take their records");
  const std::string summary =
      fmt::format("{} stacks, {} of them measured before\n", p.total, p.reused);
  std::fputs(summary.c_str(), stderr);
  return std::move(result.keys);
}

// Of this run: the store may hold others, of other data or networks.
Result<std::vector<Record>> records_of(const std::vector<std::string>& keys, const Store& store) {
  std::vector<Record> records;
  for (const std::string& key : keys)
    if (auto record = DLIS_TRY(store.get(key))) records.push_back(std::move(*record));
  return records;
}

// A search may leave it to the network's name.
std::string store_of(const ExploreArguments& arguments) {
  if (arguments.named) return *arguments.named;
  if (!arguments.search.searches()) throw CLI::RequiredError("--output");
  const auto& models = arguments.space.models;
  const std::filesystem::path first =
      models.empty() ? "explore" : models[0].substr(0, models[0].find('?'));
  const std::string name = first.filename().string();
  return name.substr(0, name.find('.')) + ".db";
}

Status run(const ExploreArguments& given) {
  ExploreArguments arguments = given;
  arguments.store = store_of(given);
  const Constraints constraints = DLIS_TRY(parse_constraints(arguments.search.constraints));
  const EvaluateOptions options = DLIS_TRY(arguments.measuring.checked());
  DLIS_TRY(check_is_not_store(arguments.csv, arguments.store));
  if (options.data.empty() && !arguments.search.constraints.min_top1.empty())
    return fail("accuracy is not measured without data", "--min-top1", "give --data");
  if (!arguments.search.retrain.empty() && !arguments.search.searches())
    return fail("only a search retrains by itself", "--retrain",
                "give --budget or a constraint, or techniques with epochs=N");
  if (!arguments.search.retrain.empty() && options.data.empty())
    return fail("there is nothing to retrain on", "--retrain", "give --data");
  catch_interrupts();
  Watcher watcher;
  const auto keys = DLIS_TRY(arguments.search.searches()
                                 ? search(arguments.space, options, arguments.store,
                                          arguments.search, arguments.execution, std::ref(watcher))
                                 : sweep_all(arguments, options, std::ref(watcher)));
  if (!given.named) fmt::print(stderr, "the records are in {}\n", arguments.store);
  const Store store = DLIS_TRY(Store::open_existing(arguments.store));
  const auto records = DLIS_TRY(store.all());
  if (arguments.execution.executor != "local") note_machines(records);
  if (!arguments.csv.empty()) DLIS_TRY(write_csv(records, arguments.csv));
  const auto own = DLIS_TRY(records_of(keys, store));
  const auto text = constraints.empty() ? Result<std::string>() : answer(own, constraints);
  if (arguments.csv != "-") print_records(records, arguments.json, text ? *text : "");
  return text ? Status() : tl::unexpected(text.error());
}

void add_axis(CLI::App* verb, const char* name, std::vector<std::string>& axis, const char* about) {
  verb->add_option(name, axis, about)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("A,B,...");
}

}  // namespace

void add_explore(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand(
      "explore",
      "measure every combination, or search them within a budget; goes on where it was stopped");
  auto arguments = std::make_shared<ExploreArguments>();
  Space& space = arguments->space;
  auto* what = verb->add_option_group("what is explored");
  what->add_option("MODEL", space.models, "files or rows of `dlis list model`");
  what->add_option("--stack", space.stacks, "a whole stack, besides the product; may be repeated")
      ->allow_extra_args(false)
      ->type_name("\"MODEL | COMPRESS | FORMAT | COMPUTE/SCHEDULE | DEVICE\"");
  what->require_option(1, 0);
  add_axis(verb, "--compress", space.compress, "layer 2 (none)");
  add_axis(verb, "--format", space.format, "layer 3 (auto)");
  add_axis(verb, "--compute", space.compute, "layer 4: algorithms (auto)");
  add_axis(verb, "--schedule", space.schedule, "layer 4: schedules (static)");
  verb->add_option("--threads", space.threads, "layer 4: CPU workers (1)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("N,...");
  add_axis(verb, "--device", space.device, "layer 5 (cpu)");
  verb->add_option("-o,--output", arguments->named,
                   "the store; an old one is continued (a search: MODEL.db)")
      ->type_name("RUN.db")
      ->check(kNotEmpty);
  arguments->search.add_to(*verb);
  arguments->measuring.add_to(*verb);
  add_execution(*verb, arguments->execution);
  auto* json = verb->add_flag("--json", arguments->json, "one record a line in place of the table");
  verb->add_option("--csv", arguments->csv, "write all records there as well; - is stdout")
      ->type_name("FILE")
      ->excludes(json);
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
