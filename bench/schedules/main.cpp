// schedules_bench [--rounds N] [--seconds S] [--slow 1/2] [--models A,B] [--small A,B]: one core
// emulated at half speed, every schedule; more workers beside fewer; the simulator beside the
// clock. Prints a section of docs/results/heterogeneous.md.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "dlis/compute/parallel/slow_cores.h"
#include "schedules.h"

namespace dlis::schedules_bench {
namespace {

constexpr int kThreads = 2;
constexpr double kEfficient = 0.93;  // of the sum of the cores' speeds
constexpr double kAgainstStatic = 1.3;
constexpr double kPrediction = 0.1;

void say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

std::string text_of(const Estimate& e) {
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", e.value, e.low, e.high);
}

const char* met(bool yes) { return yes ? "met" : "missed"; }

struct Candidate {
  std::string name;
  PlanPointer plan;
};

// Whole runs in turns, in sessions that are opened here: so pools are as slow as cores are now.
Result<Turns> in_turns(const std::vector<Candidate>& candidates, const Settings& settings) {
  std::vector<Session> sessions;
  std::vector<std::function<void()>> runs;
  const auto inputs = random_inputs(candidates[0].plan->graph);
  for (const Candidate& candidate : candidates)
    sessions.push_back(DLIS_TRY(Session::open(candidate.plan)));
  for (Session& session : sessions) runs.push_back([&] { (void)session.run(inputs); });
  return measure_in_turns(runs, kThreads, settings.rounds, settings.seconds);
}

std::vector<double> speeds_of(const Settings& settings) {
  std::vector<double> speeds;
  for (double factor : settings.slow) speeds.push_back(1 / factor);
  return speeds;
}

// Candidate 0 runs on the one fast core; the last one is the measured plan.
Result<std::vector<Candidate>> candidates_of(const Graph& graph, const Settings& settings) {
  const auto best = DLIS_TRY(measured_plan(graph, kThreads));
  std::vector<Candidate> out{{"one core", DLIS_TRY(plan_with(graph, *best, "static", 1))}};
  for (const Schedule* row : schedules()) {
    ScheduleSpec spec{row};
    if (row->has_speeds) spec.speeds = speeds_of(settings);
    const std::string name = dlis::text_of(spec);
    out.push_back({name, DLIS_TRY(plan_with(graph, *best, name, kThreads))});
  }
  out.push_back({"auto", best});
  return out;
}

Status measure_heterogeneous(const std::string& model, const Settings& settings) {
  const Graph graph = DLIS_TRY(load_model(model));
  double sum = 0;
  for (double speed : speeds_of(settings)) sum += speed;
  std::vector<double> measured;
  std::vector<Candidate> candidates;
  {
    const SlowCores slow(settings.slow);
    candidates = DLIS_TRY(candidates_of(graph, settings));
    const Turns turns = DLIS_TRY(in_turns(candidates, settings));
    const std::size_t best = candidates.size() - 1;
    say(
        fmt::format("### {}, one core at 1/{} of its speed\n\n| schedule | median ms | share of "
                    "the sum of the speeds | time over that of auto |\n|---|---|---|---|\n",
                    model, settings.slow.back()));
    std::vector<Estimate> over_auto;
    Estimate efficiency;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      efficiency = estimate_median(
          turns.samples([&](const Round& round) { return round.ms[0] / round.ms[i] / sum; }));
      over_auto.push_back(turns.ratio(i, best));
      say(fmt::format("| {} | {:.3f} | {} | {} |\n", candidates[i].name, median(turns.times(i)),
                      text_of(efficiency), text_of(over_auto.back())));
    }
    say(
        fmt::format("\n{} of {} rounds counted. auto: {} of the sum of the speeds (bar {}): {}; "
                    "against static {} times (bar {}): {}; against dynamic:chunk=1 never slower: "
                    "{}.\n\n",
                    turns.kept, turns.rounds.size(), text_of(efficiency), kEfficient,
                    met(efficiency.low >= kEfficient), text_of(over_auto[1]), kAgainstStatic,
                    met(over_auto[1].low >= kAgainstStatic), met(over_auto[2].high >= 1)));
    for (const Candidate& candidate : candidates)
      measured.push_back(DLIS_TRY(steps_ms(candidate.plan, settings.rounds)));
  }
  say("| schedule | measured ms | simulated ms | error |\n|---|---|---|---|\n");
  double worst = 0;
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    const double ms = DLIS_TRY(predicted_ms(candidates[i].plan, speeds_of(settings)));
    const double error = ms / measured[i] - 1;
    worst = std::max(worst, std::abs(error));
    say(fmt::format("| {} | {:.3f} | {:.3f} (simulated) | {:+.1f} % |\n", candidates[i].name,
                    measured[i], ms, 100 * error));
  }
  say(fmt::format(
      "\nThe simulator, from the work of tiles as measured on equal cores: largest error "
      "{:.1f} % (bar {:.0f} %): {}.\n\n",
      100 * worst, 100 * kPrediction, met(worst <= kPrediction)));
  return {};
}

Status measure_workers(const std::string& model, const Settings& settings) {
  const Graph graph = DLIS_TRY(load_model(model));
  const std::vector<Candidate> candidates{{"1", DLIS_TRY(measured_plan(graph, 1))},
                                          {"2", DLIS_TRY(measured_plan(graph, kThreads))}};
  const Turns turns = DLIS_TRY(in_turns(candidates, settings));
  const Estimate gain = turns.ratio(0, 1);
  int alone = 0, layers = 0;
  for (const Step& step : candidates[1].plan->steps) {
    alone += workers_of(step, candidates[1].plan->options) == 1;
    ++layers;
  }
  say(fmt::format("| {} | {:.3f} | {:.3f} | {} | {} of {} | {} |\n", model, median(turns.times(0)),
                  median(turns.times(1)), text_of(gain), alone, layers, met(gain.high >= 1)));
  return {};
}

Status run(const Settings& settings) {
  say("## Schedules\n\n`build/release/bench/schedules_bench`: whole runs in turns, the ratio is "
      "the "
      "median over rounds with its bootstrap 95 % interval. A slow core is emulated: its thread "
      "spins "
      "after each range of tiles for as long again.\n\n");
  for (const std::string& model : settings.models) DLIS_TRY(measure_heterogeneous(model, settings));
  say("### More workers beside fewer, cores alike\n\n| network | ms with 1 | ms with 2 | times "
      "faster | layers that two workers run on one | never slower |\n|---|---|---|---|---|---|\n");
  for (const std::string& model : settings.small) DLIS_TRY(measure_workers(model, settings));
  return {};
}

std::vector<std::string> names(const char* text) {
  std::vector<std::string> out;
  for (std::string_view part : split(text, ',')) out.emplace_back(part);
  return out;
}

// Also `--benchmark_min_time=S`, as all benches take it: once, briefly, that it runs.
Result<Settings> parse(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    if (option.starts_with("--benchmark_min_time=")) {
      settings.rounds = 2, settings.seconds = DLIS_TRY(parse_real(option.substr(21)));
      settings.models = settings.small = {"resnet20"};
      continue;
    }
    if (i + 1 == argc) return fail(fmt::format("{} has no value", option));
    const char* value = argv[++i];
    if (option == "--rounds") {
      settings.rounds = int(DLIS_TRY(parse_integer(value)));
    } else if (option == "--seconds") {
      settings.seconds = DLIS_TRY(parse_real(value));
    } else if (option == "--models") {
      settings.models = names(value);
    } else if (option == "--small") {
      settings.small = names(value);
    } else if (option == "--slow") {
      settings.slow.clear();
      for (std::string_view part : split(value, '/'))
        settings.slow.push_back(DLIS_TRY(parse_real(part)));
    } else {
      return fail(fmt::format("unknown option {}", option));
    }
  }
  return settings;
}

}  // namespace
}  // namespace dlis::schedules_bench

int main(int argc, char** argv) {
  using namespace dlis::schedules_bench;
  const auto settings = parse(argc, argv);
  const dlis::Status status =
      settings ? run(*settings) : dlis::Status(tl::unexpected(settings.error()));
  if (!status) std::fprintf(stderr, "%s\n", status.error().message().c_str());
  return status ? 0 : 1;
}
