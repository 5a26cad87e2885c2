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
  Exploration asked;
  EvaluateArguments measuring;
  std::optional<std::string> named;  // where the records go
  std::string csv;
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

// A search may leave it to the network's name.
std::string store_of(const ExploreArguments& arguments) {
  if (arguments.named) return *arguments.named;
  if (!arguments.asked.searches()) throw CLI::RequiredError("--output");
  const auto& models = arguments.asked.space.models;
  const std::filesystem::path first =
      models.empty() ? "explore" : models[0].substr(0, models[0].find('?'));
  const std::string name = first.filename().string();
  return name.substr(0, name.find('.')) + ".db";
}

Status run(const ExploreArguments& arguments) {
  Exploration asked = arguments.asked;
  asked.store = store_of(arguments);
  asked.options = DLIS_TRY(arguments.measuring.checked());
  DLIS_TRY(check_csv(arguments.csv, asked.store));
  catch_interrupts();
  asked.options.progress = [](std::string_view, double) { return !is_interrupted(); };
  Watcher watcher;
  const Explored result = DLIS_TRY(explore(asked, std::ref(watcher)));
  print_summary(result);
  if (!arguments.named) fmt::print(stderr, "the records are in {}\n", asked.store.string());
  const Store store = DLIS_TRY(Store::open_existing(asked.store));
  const auto records = DLIS_TRY(store.all());
  if (asked.execution.executor != "local") note_machines(records);
  if (!arguments.csv.empty()) DLIS_TRY(write_csv(records, arguments.csv));
  if (arguments.csv != "-") print_records(records, arguments.json, DLIS_TRY(store.answer()).text);
  return result.missed ? tl::unexpected(*result.missed) : Status();
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
  Space& space = arguments->asked.space;
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
  add_search(*verb, arguments->asked);
  arguments->measuring.add_to(*verb);
  add_execution(*verb, arguments->asked.execution);
  auto* json = verb->add_flag("--json", arguments->json, "one record a line in place of the table");
  verb->add_option("--csv", arguments->csv, "write all records there as well; - is stdout")
      ->type_name("FILE")
      ->excludes(json);
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
