// Opens the space where it is not given, and searches it.
#include "search.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "progress.h"
#include "zoo.h"

namespace dlis::app {
namespace {

constexpr const char* kBudget = "10m";
constexpr double kMoreZeros[] = {0.125, 0.25};  // of the weights that a pruned network has left

// What is tried of a network as it came, the plainest first.
const std::vector<std::string> kTechniques{"none",
                                           "quantise:type=int8",
                                           "quantise:type=bf16",
                                           "weight_prune:zeros=0.5",
                                           "weight_prune:zeros=0.8",
                                           "channel_prune:macs=0.25",
                                           "channel_prune:macs=0.5",
                                           "ternarise",
                                           "weight_prune:zeros=0.5 + quantise:type=int8",
                                           "channel_prune:macs=0.25 + quantise:type=int8"};
const std::vector<std::string> kFormats{"dense", "auto", "bf16", "csr"};

// Images to learn from; 0: none.
std::int64_t count_images(const Graph& graph, const std::string& data) {
  if (data.empty()) return 0;
  const auto images = load_training_images(data, graph);
  return images ? images->size() : 0;
}

Status keep_possible(std::vector<std::string>& techniques, bool images) {
  std::vector<std::string> possible;
  for (const std::string& text : techniques)
    if (images || !needs_images(DLIS_TRY(parse_chain(text)))) possible.push_back(text);
  techniques = std::move(possible);
  return {};
}

// What is tried of a network that a recipe made: as it is, in bytes, and with some more zeros where
// it has many.
std::vector<std::string> techniques_of(const ZooNetwork& network) {
  const Choice& last = network.compress.back();
  if (last.name == "quantise" || last.name == "ternarise") return {"none"};
  std::vector<std::string> techniques{"none", "quantise:type=int8"};
  if (last.name != "weight_prune") return techniques;
  const double zeros =
      parse_real(parameter_of(*find_technique(last.name), last, "zeros")).value_or(1);
  for (const double more : kMoreZeros)
    if (zeros < 1)
      techniques.push_back(fmt::format("weight_prune:zeros={:.4g} + quantise:type=int8",
                                       zeros + more * (1 - zeros)));
  return techniques;
}

struct Opened {
  std::vector<Stack> stacks;
  std::map<std::string, std::string> made;  // model: by which recipe
  std::int64_t macs = 0, images = 0;        // of the network, and to retrain on
};

Status add_zoo(const Graph& graph, Space space, const EvaluateOptions& options,
               const std::string& folder, bool images, Opened& opened) {
  const auto file = file_of_model(space.models[0]);
  if (!file) return {};
  for (const ZooNetwork& network : zoo_of(graph, *file, options.model, folder)) {
    space.models = {network.file};
    space.compress = techniques_of(network);
    DLIS_TRY(keep_possible(space.compress, images));
    for (Stack& stack : DLIS_TRY(stacks_of(space))) opened.stacks.push_back(std::move(stack));
    opened.made[network.file] = made_by(network);
  }
  return {};
}

// The dense network stands first, whatever the axes are.
Status add_dense(const std::string& model, std::vector<Stack>& stacks) {
  const Stack dense = DLIS_TRY(parse_stack(model + " | none | dense | auto/static | cpu:1"));
  std::erase(stacks, dense);
  stacks.insert(stacks.begin(), dense);
  return {};
}

Status add_retrained(std::vector<std::string>& techniques, const std::string& epochs) {
  if (epochs.empty()) return {};
  const double count = DLIS_TRY(parse_real(epochs, "--retrain"));
  if (!(count > 0 && count <= 10000))
    return fail("must be more than 0, at most 10000", "--retrain");
  for (std::string& text : DLIS_TRY(retrained(techniques, epochs)))
    techniques.push_back(std::move(text));
  return {};
}

Result<Opened> open_space(Space space, const EvaluateOptions& options,
                          const SearchArguments& arguments) {
  if (space.models.empty())
    return fail("a search begins with a network", "", "name a file or a row beside --stack");
  const bool own = space.compress.empty();
  if (space.format.empty()) space.format = kFormats;
  if (space.threads.empty()) {
    space.threads = {1};
    if (const int all = host_topology().usable_cpus(); all > 1) space.threads.push_back(all);
  }
  Opened opened;
  const Graph graph = DLIS_TRY(load_model(space.models[0], options.model));
  opened.macs = macs_of(graph);
  opened.images = count_images(graph, options.data);
  if (!own) DLIS_TRY(add_retrained(space.compress, arguments.retrain));
  if (own) {
    const std::string folder = arguments.zoo.empty() ? DLIS_SOURCE_FOLDER : arguments.zoo;
    space.compress = kTechniques;
    DLIS_TRY(add_retrained(space.compress, arguments.retrain));
    DLIS_TRY(keep_possible(space.compress, opened.images > 0));
    DLIS_TRY(add_zoo(graph, space, options, folder, opened.images > 0, opened));
  }
  std::vector<Stack> stacks = DLIS_TRY(stacks_of(space));
  DLIS_TRY(add_dense(space.models[0], stacks));
  opened.stacks.insert(opened.stacks.begin(), stacks.begin(), stacks.end());
  return opened;
}

// Records say which recipe made their network.
Measuring with_origin(Measuring measuring, const std::map<std::string, std::string>& made) {
  measuring.finish = [&made](const Stack& stack, Record& record) {
    if (const auto found = made.find(stack.model); found != made.end())
      record.set("artifact", found->second);
  };
  return measuring;
}

void print_summary(const BudgetResult& result, double budget) {
  fmt::print(stderr, "{} stacks: {} screened, {} measured in full, {} dropped; {} of {} spent{}\n",
             result.stacks, result.screened, result.measured, result.dropped,
             duration(result.spent_seconds), duration(budget),
             result.out_of_budget ? "; a longer --budget goes on from here" : "");
}

}  // namespace

void SearchArguments::add_to(CLI::App& verb) {
  const auto bound = [&](const char* name, std::string& text, const char* unit, const char* about) {
    verb.add_option(name, text, about)->type_name(unit)->check(kNotEmpty);
  };
  bound("--min-top1", constraints.min_top1, "PERCENT", "ship only what reaches this top-1");
  bound("--max-ms", constraints.max_ms, "MS", "ship only what runs in at most this (median_ms)");
  bound("--max-memory", constraints.max_memory, "BYTES",
        "ship only what takes at most this when it runs (peak_bytes): 8M");
  bound("--max-bytes", constraints.max_bytes, "BYTES",
        "ship only what is at most this as a file (file_bytes): 2M");
  auto* time = verb.add_option("--budget", budget,
                               "search instead of measuring all: 90s, 10m, 1h (10m where a "
                               "constraint is given)")
                   ->type_name("TIME");
  verb.add_option("--retrain", retrain,
                  "a search retrains as well: each technique that takes out weights or channels "
                  "also with so many epochs (needs LibTorch)")
      ->type_name("EPOCHS")
      ->check(kNotEmpty);
  verb.add_flag("--grid", grid, "measure the whole product, with constraints as well")
      ->excludes(time);
  verb.add_option("--zoo", zoo, "a folder with zoo/ and recipes/ (where dlis was built)")
      ->type_name("FOLDER");
}

bool SearchArguments::searches() const {
  const auto& [top1, ms, memory, bytes] = constraints;
  const bool constrained = !(top1.empty() && ms.empty() && memory.empty() && bytes.empty());
  return !grid && (constrained || !budget.empty());
}

Result<std::vector<std::string>> search(Space space, const EvaluateOptions& options,
                                        const std::string& file, const SearchArguments& arguments,
                                        const Execution& execution, const Report& report) {
  BudgetOptions as;
  as.constraints = DLIS_TRY(parse_constraints(arguments.constraints));
  as.budget_seconds =
      DLIS_TRY(parse_duration(arguments.budget.empty() ? kBudget : arguments.budget, "--budget"));
  const Opened opened = DLIS_TRY(open_space(std::move(space), options, arguments));
  as.extra_seconds = [&opened, cores = host_topology().usable_cpus()](const Stack& stack) {
    return retraining_seconds(stack.compress, opened.macs, opened.images, cores);
  };
  const auto screen_file = std::filesystem::path(file).replace_extension(".screen.db");
  Store screened = DLIS_TRY(Store::open(screen_file)), store = DLIS_TRY(Store::open(file));
  EvaluateOptions for_executor = options;
  // Both stages, and the next run, take what was retrained from here.
  if (for_executor.checkpoints.empty())
    for_executor.checkpoints = std::filesystem::path(file).replace_extension(".retrained");
  const Executor* executor = DLIS_TRY(find_executor(execution.executor));
  for_executor.machine = executor->machine(execution);
  const Evaluator evaluator(std::move(for_executor));
  const auto stage = [&](double seconds, std::int64_t images, const auto& at, Store& to) {
    const Measuring how = evaluator.measuring(seconds, images, execution, at);
    return Stage{with_origin(how, opened.made), &to};
  };
  const std::int64_t few =
      options.images ? std::min(options.images, kScreening.images) : kScreening.images;
  const Stage cheap =
      stage(std::min(options.seconds, kScreening.seconds), few, screen_file, screened);
  const Stage full = stage(options.seconds, options.images, file, store);
  BudgetResult result = DLIS_TRY(explore_within(opened.stacks, cheap, full, as, report));
  print_summary(result, as.budget_seconds);
  if (!result.stopped && result.screened == 0)
    return fail("the budget ended before the first stack was screened", "--budget", "give more");
  if (!result.stopped) return std::move(result.keys);
  return fail(fmt::format("stopped with {} of {} stacks screened", result.screened, result.stacks),
              file, "run the same command to go on from there");
}

}  // namespace dlis::app
