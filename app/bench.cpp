// dlis bench MODEL|PROBLEM: time and memory, beside this machine's limits.
#include "bench.h"

#include <algorithm>
#include <optional>

#include "evaluate_arguments.h"
#include "output.h"
#include "records_output.h"

namespace dlis::app {
namespace {

constexpr int kMostTimes = 1 << 20;  // rounds, sessions

struct BenchArguments {
  ModelArguments subject;
  std::optional<double> seconds;
  std::optional<int> rounds;
  int sessions = 0;

  double model_seconds() const { return seconds.value_or(1); }
  bool layers = false, turns = false, break_even = false, own_weights = false, json = false;
  std::string svg, timeline;
  TargetOptions target;

  BenchOptions in_turns() const {
    BenchOptions options{.seed = subject.seed};
    if (rounds) options.rounds = *rounds;
    if (seconds) options.seconds = *seconds / options.rounds;
    return options;
  }
};

// "n1h56w56c64 k64r3s3 p1": no model's name looks like it.
bool is_problem(const std::string& text) {
  return text.size() > 1 && text[0] == 'n' && text[1] >= '0' && text[1] <= '9' &&
         text.find(" k") != std::string::npos;
}

Status bench_problem(const BenchArguments& arguments) {
  const ModelArguments& a = arguments.subject;
  if (a.threads < 1 || a.threads > 1024)
    return fail(fmt::format("there cannot be {} workers", a.threads), "--threads",
                "give 1 to 1024");
  if (!(a.compress + a.format + a.compute + a.schedule + a.device + a.plan_file + a.limits.memory)
           .empty())
    return fail("a problem is measured with every row", a.model,
                "name its format in the line, and leave the choices out");
  if (!arguments.timeline.empty())
    return fail("a problem has no timeline", a.model, "name a model for --timeline");
  if (arguments.sessions > 0)
    return fail("a problem has no sessions", a.model, "name a model for --sessions");
  if (!arguments.target.name.empty())
    return fail("problems are measured on this machine", a.model, "name a model for --target");
  if (arguments.own_weights)
    return fail("a problem has no weights of its own", a.model, "name a model for --own-weights");
  ConvProblem problem = DLIS_TRY(parse_conv_problem(a.model));
  if (a.threads > 1) problem.workers = a.threads;
  if (arguments.break_even)
    return answer_break_even(problem, arguments.in_turns(), arguments.svg, arguments.json);
  const ProblemTimings timings = DLIS_TRY(bench_rows(problem, arguments.in_turns()));
  print_problem(timings, arguments.json);
  return {};
}

// The sum of the rooflines of convolutions and dense layers: one after another they cannot be
// faster.
double limit_ms(const Plan& plan, const Ceiling& ceiling) {
  double sum = 0;
  for (const Step& step : plan.steps)
    if (step.conv_row) sum += roofline_ms(step.conv, ceiling);
  return sum;
}

void print_model(const Subject& subject, const Plan& plan, double open_ms, const Timing& timing,
                 const Ceiling& ceiling, const std::string& energy) {
  const double gflops_ceiling = std::max(ceiling.gflops, measure_gflops(plan.options.threads, 0.2));
  const double gflops = 2e-6 * double(macs_of(subject.graph)) / timing.median_ms;
  const auto bytes = [](std::size_t n) { return format_bytes(std::int64_t(n)); };
  print(fmt::format("{}\n", text_of(subject.stack)));
  print(text_table(
      {{"time", fmt::format("median {:.4g} ms, p10 {:.4g}, p90 {:.4g}, {} runs", timing.median_ms,
                            timing.p10_ms, timing.p90_ms, timing.runs)},
       {"start",
        fmt::format("load {:.4g} ms; plan {:.4g} ms, of this pack {:.4g} ms; open {:.4g} ms; first "
                    "run {:.4g} ms",
                    subject.load_ms, plan.plan_ms, plan.pack_ms, open_ms, timing.first_ms)},
       {"speed",
        fmt::format("{:.1f} GFLOP/s, {} of the {:.1f} measured with {} worker(s)", gflops,
                    percent(gflops / gflops_ceiling), gflops_ceiling, plan.options.threads)},
       {"limit", fmt::format("{:.4g} ms: the sum of the layers' rooflines at {:.1f} GB/s",
                             limit_ms(plan, ceiling), ceiling.gbytes)},
       {"memory",
        fmt::format("weights {}, values {} (at once alive {}), scratch {}, together {}",
                    bytes(plan.weights_bytes), bytes(plan.arena_bytes), bytes(plan.live_bytes),
                    bytes(plan.scratch_bytes), bytes(plan.peak_bytes()))},
       {"energy", energy},
       {"fallback", percent(plan.fallback_macs) + " of the multiply-adds"}},
      "ll"));
}

Status keep_timeline(Session& session, const std::string& file) {
  const Timeline timeline = DLIS_TRY(record_timeline(session, random_inputs(session.plan().graph)));
  return write_file_atomic(file, chrome_trace(session.plan(), timeline));
}

// As `dlis evaluate` without data.
Status bench_there(const BenchArguments& arguments) {
  if (!arguments.subject.plan_file.empty())
    return fail("a saved plan is for the machine that it was made on", arguments.subject.plan_file,
                "leave it out: the target plans by itself");
  EvaluateOptions options;
  options.model = DLIS_TRY(arguments.subject.options());
  options.seconds = arguments.model_seconds();
  options.target = arguments.target;
  DLIS_TRY(arguments.subject.limits.apply(options));
  const Stack stack = DLIS_TRY(arguments.subject.stack());
  print_records({DLIS_TRY(evaluate(stack, options))}, arguments.json);
  return {};
}

Status bench_model(const BenchArguments& arguments) {
  if (arguments.rounds && !arguments.break_even)
    return fail("a model has no rows that take turns", arguments.subject.model,
                "leave --rounds out, or name a problem");
  DLIS_TRY(check_folder_of(arguments.timeline));
  const Subject subject = DLIS_TRY(load_subject(arguments.subject));
  const auto plan = DLIS_TRY(make_plan(subject.graph, subject.plan));
  if (arguments.break_even)
    return answer_break_even(*plan, arguments.own_weights ? &subject.graph : nullptr,
                             arguments.in_turns(), arguments.svg, arguments.json);
  if (arguments.sessions > 0)
    return answer_sessions(plan, arguments.sessions, arguments.model_seconds(), arguments.json);
  const double opening = now_ms();
  Session session = DLIS_TRY(Session::open(plan));
  const double open_ms = now_ms() - opening;
  if (!arguments.timeline.empty()) DLIS_TRY(keep_timeline(session, arguments.timeline));
  if (arguments.turns) return answer_turns(session, arguments.model_seconds());
  const Ceiling ceiling = measure_ceiling(plan->options.threads);
  const Timing timing = DLIS_TRY(measure(session, arguments.model_seconds()));
  const auto energy_mj = DLIS_TRY(measure_energy(session, arguments.model_seconds()));
  if (!arguments.json) {
    print_model(subject, *plan, open_ms, timing, ceiling,
                energy_mj ? fmt::format("{:.4g} mJ a run", *energy_mj)
                          : lacking(energy_capability).message());
    return arguments.layers ? print_layers(session, arguments.model_seconds(), ceiling.gflops)
                            : Status{};
  }
  Record record;
  describe(subject.stack, subject.options, record);
  describe(subject.graph, record);
  describe(*plan, record);
  describe(timing, record);
  if (energy_mj) record.set("energy_mj", *energy_mj);
  record.set("load_ms", subject.load_ms);
  print(to_json(record) + "\n");
  return {};
}

Status run(const BenchArguments& arguments) {
  DLIS_TRY(check_seconds(arguments.model_seconds()));
  if (is_problem(arguments.subject.model)) return bench_problem(arguments);
  return arguments.target.name.empty() ? bench_model(arguments) : bench_there(arguments);
}

}  // namespace

void add_bench(CLI::App& app, Action& chosen) {
  auto* verb =
      app.add_subcommand("bench", "time and memory of a model; of every row on one problem");
  auto arguments = std::make_shared<BenchArguments>();
  arguments->subject.add_to(*verb);
  verb->get_option("MODEL")->description("a MODEL, or a problem: \"n1h56w56c64 k64r3s3 p1\"");
  verb->add_option("--seconds", arguments->seconds,
                   "of timing, each (1; 0.05 a round of each row)");
  verb->add_option("--rounds", arguments->rounds, "in which the rows of a problem take turns (30)")
      ->type_name("N")
      ->check(CLI::Range(1, kMostTimes));
  auto* layers = verb->add_flag("--layers", arguments->layers, "the time of each layer as well");
  auto* turns =
      verb->add_flag("--turns", arguments->turns,
                     "measure again for every line on standard input, one JSON object each");
  auto* sessions = verb->add_option("--sessions", arguments->sessions,
                                    "images a second of N sessions on one plan, in N threads")
                       ->type_name("N")
                       ->check(CLI::Range(1, kMostTimes))
                       ->excludes(layers)
                       ->excludes(turns);
  auto* even = verb->add_flag("--break-even", arguments->break_even,
                              "from which density on sparse rows beat the best dense one, for the "
                              "problem or each layer")
                   ->excludes(layers)
                   ->excludes(turns)
                   ->excludes(sessions);
  verb->add_flag("--own-weights", arguments->own_weights,
                 "each layer of the model that has zeros with those, in place of random ones")
      ->needs(even);
  verb->add_option("--timeline", arguments->timeline,
                   "every range of tiles of one run, for chrome://tracing or Perfetto")
      ->type_name("FILE.json")
      ->excludes(sessions)
      ->excludes(even);
  verb->add_option("--svg", arguments->svg, "the densities and times as a picture")
      ->type_name("FILE")
      ->needs(even);
  add_target(*verb, arguments->target)
      ->excludes(layers)
      ->excludes(turns)
      ->excludes(sessions)
      ->excludes(even)
      ->excludes("--timeline");
  verb->add_flag("--json", arguments->json, "a record; of a problem one object a row");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
