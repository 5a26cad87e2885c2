// dlis simulate MODEL --board DIR: what every schedule would take on a board that is not here.
#include <algorithm>
#include <set>

#include "json_output.h"
#include "model_arguments.h"

namespace dlis::app {
namespace {

struct SimulateArguments {
  ModelArguments subject;
  std::string board;
  bool published = false, layers = false, json = false;
  bool all_cores = true;  // the number of workers was left open
};

// Each figure that the times rest on.
void print_sources(const Board& board) {
  print(fmt::format("simulated on {}\n", board.topology.model));
  for (const KindSpeed& kind : board.kinds)
    print(fmt::format("  {}: {:.4g} GFLOP/s a core: {}\n", kind.kind, kind.gflops, kind.source));
  print(fmt::format("  memory: {:.4g} GB/s: {}\n\n", board.gbytes_per_s, board.memory_source));
}

// 1, 2, 4 and so on, the cores of the fastest kind, and all of them.
std::vector<int> worker_counts(const Topology& board, int most) {
  std::set<int> counts{most};
  for (int count = 1; count < most; count *= 2) counts.insert(count);
  const int fastest = int(std::ranges::count(board.cores, 0, &Core::kind));
  if (fastest < most) counts.insert(fastest);
  return {counts.begin(), counts.end()};
}

// With the speeds of the cores where the schedule asks for some.
ScheduleSpec on_cores(ScheduleSpec spec, const SimulatedCores& cores) {
  if (spec.row->has_speeds && spec.speeds.empty())
    for (double speed : cores.speeds) spec.speeds.push_back(speed / cores.speeds[0]);
  return spec;
}

std::vector<ScheduleSpec> asked_schedules(const std::string& schedule) {
  if (!schedule.empty() && schedule != "auto") return {*parse_schedule(schedule)};
  std::vector<ScheduleSpec> specs;
  for (const Schedule* row : schedules()) specs.push_back({row});
  return specs;
}

void print_layers(const Plan& plan, const SimulatedCores& cores, const ScheduleSpec& spec,
                  bool json) {
  const SimulatedPlan times = simulate_plan(plan, cores, spec, int(cores.speeds.size()));
  std::vector<std::vector<std::string>> lines{{"layer", "op", "row", "tiles", "simulated ms"}};
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    std::vector<std::string> tiles;
    for (const SimulatedPhase& phase : phases_of(step))
      tiles.push_back(std::to_string(phase.work.size()));
    lines.push_back({step.name, step.op, step.conv_row ? step.conv_row->name : step.op_row->name,
                     fmt::format("{}", fmt::join(tiles, " + ")),
                     fmt::format("{:.4f}", times.steps_ms[i])});
  }
  print_rows(lines, "lllrr", json);
}

Status simulate_model(const SimulateArguments& arguments) {
  const Board board = DLIS_TRY(read_board(arguments.board));
  ModelArguments of_board = arguments.subject;
  const int cores = int(board.topology.cores.size());
  if (arguments.all_cores) of_board.threads = cores;
  Subject subject = DLIS_TRY(load_subject(of_board));
  subject.plan.tune = Tune::off;  // what is measured here says nothing of the board
  const auto plan = DLIS_TRY(make_plan(subject.graph, subject.plan));
  const int most = std::min(plan->options.threads, cores);
  const auto specs =
      asked_schedules(of_board.stack_text.empty() ? of_board.schedule : plan->options.schedule);
  if (arguments.layers) {
    const SimulatedCores all = cores_of(board, most);
    if (!arguments.json) print_sources(board);
    print_layers(*plan, all, on_cores(specs[0], all), arguments.json);
    return {};
  }
  std::vector<std::string> header{"simulated ms with"};
  const auto counts = worker_counts(board.topology, most);
  for (int workers : counts) header.push_back(fmt::format("{} workers", workers));
  std::vector<std::vector<std::string>> lines{header};
  for (const ScheduleSpec& asked : specs) {
    lines.push_back({text_of(asked)});
    for (int workers : counts) {
      const SimulatedCores some = cores_of(board, workers);
      const ScheduleSpec spec = on_cores(asked, some);
      const double ms = simulate_plan(*plan, some, spec, workers).ms;
      lines.back().push_back(fmt::format("{:.4g}", ms));
      if (arguments.json)
        print_line({{"simulated", true},
                    {"board", board.topology.model},
                    {"model", subject.stack.model},
                    {"schedule", text_of(spec)},
                    {"workers", workers},
                    {"simulated_ms", ms}});
    }
  }
  if (arguments.json) return {};
  print_sources(board);
  print(text_table(lines, "lrrrrrrrr"));
  return {};
}

Status reproduce_published(const SimulateArguments& arguments) {
  const Topology board = DLIS_TRY(read_topology(arguments.board));
  Published published = DLIS_TRY(read_published(arguments.board));
  DLIS_TRY(reproduce(published, board));
  std::vector<std::vector<std::string>> lines{
      {"network", "threads", "published s", "simulated s", "error", ""}};
  for (const PublishedTime& time : published.times) {
    const char* use = time.fitted ? "fitted" : "predicted";
    lines.push_back({time.model, std::to_string(time.threads), fmt::format("{:.3f}", time.seconds),
                     fmt::format("{:.3f}", time.simulated_s),
                     fmt::format("{:+.1f} %", 100 * time.error()), use});
    if (arguments.json)
      print_line({{"simulated", true},
                  {"board", board.model},
                  {"model", time.model},
                  {"threads", time.threads},
                  {"published_s", time.seconds},
                  {"simulated_s", time.simulated_s},
                  {"use", use}});
  }
  if (arguments.json) return {};
  print(fmt::format("simulated on {}, {}\npublished: {}\ntiles: {}\n\n", board.model,
                    published.schedule, published.source, published.tiles));
  print(text_table(lines, "lrrrrl") + "\n");
  for (const PublishedFit& fit : published.fits)
    print(fmt::format("{}: {:.3f} ns a multiply-add on the fastest core, {:.3f} s serial\n",
                      fit.model, fit.ns_per_mac, fit.serial_s));
  print(fmt::format("a {} has {:.3f} of the speed of a {}\n", board.kinds[1].name,
                    published.other_kind, board.kinds[0].name));
  return {};
}

Status run(const SimulateArguments& arguments) {
  if (arguments.published) return reproduce_published(arguments);
  return simulate_model(arguments);
}

}  // namespace

void add_simulate(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand(
      "simulate", "what every schedule would take on a recorded board: limits, not times");
  auto arguments = std::make_shared<SimulateArguments>();
  arguments->subject.add_to(*verb);
  verb->add_option("--board", arguments->board, "a folder of boards/ with speeds.json")
      ->type_name("DIR")
      ->required();
  auto* published = verb->add_flag("--published", arguments->published,
                                   "published times of the board, beside simulated ones");
  verb->add_flag("--layers", arguments->layers, "each layer with the first schedule asked for")
      ->excludes(published);
  verb->add_flag("--json", arguments->json, "one object a line");
  verb->callback([&chosen, arguments, verb] {
    if (!arguments->published) arguments->subject.require();
    arguments->all_cores = verb->count("--threads") + verb->count("--stack") == 0;
    chosen = [arguments] { return run(*arguments); };
  });
}

}  // namespace dlis::app
