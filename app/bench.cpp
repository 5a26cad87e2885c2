// dlis bench MODEL|PROBLEM: time and memory, beside this machine's limits.
#include "bench.h"

#include <algorithm>

#include "model_arguments.h"
#include "output.h"

namespace dlis::app {
namespace {

struct Arguments {
  ModelArguments subject;
  double seconds = 1;
  bool layers = false, turns = false, json = false;
};

// "n1h56w56c64 k64r3s3 p1": no model's name looks like it.
bool is_problem(const std::string& text) {
  return text.size() > 1 && text[0] == 'n' && text[1] >= '0' && text[1] <= '9' &&
         text.find(" k") != std::string::npos;
}

Status bench_problem(const Arguments& arguments) {
  const ModelArguments& a = arguments.subject;
  if (a.threads < 1 || a.threads > 1024)
    return fail(fmt::format("there cannot be {} workers", a.threads), "--threads",
                "give 1 to 1024");
  if (!(a.compress + a.format + a.compute + a.schedule + a.device + a.plan_file).empty())
    return fail("a problem is measured with every row", a.model,
                "name its format in the line, and leave the choices out");
  ConvProblem problem = DLIS_TRY(parse_conv_problem(arguments.subject.model));
  if (arguments.subject.threads > 1) problem.workers = arguments.subject.threads;
  const Ceiling ceiling = measure_ceiling(problem.workers);
  const auto timings = DLIS_TRY(bench_rows(problem, arguments.seconds, arguments.subject.seed));
  const double limit = roofline_ms(problem, ceiling);
  std::vector<std::vector<std::string>> lines{{"row", "median ms", "p10 ms", "p90 ms", "runs",
                                               "GFLOP/s", "share of the limit", "packed bytes",
                                               "scratch bytes", "refused"}};
  for (const RowTiming& t : timings) {
    if (t.refusal.empty())
      lines.push_back({t.row->name, fmt::format("{:.4f}", t.timing.median_ms),
                       fmt::format("{:.4f}", t.timing.p10_ms),
                       fmt::format("{:.4f}", t.timing.p90_ms), std::to_string(t.timing.runs),
                       fmt::format("{:.1f}", t.gflops), percent(limit / t.timing.median_ms),
                       std::to_string(t.packed_bytes), std::to_string(t.scratch_bytes), ""});
    else
      lines.push_back({t.row->name, "-", "-", "-", "-", "-", "-", "-", "-", t.refusal});
  }
  if (!arguments.json)
    print(fmt::format("{}: {} multiply-adds; limit {:.4f} ms at {:.1f} GFLOP/s and {:.1f} GB/s\n",
                      line(problem), count(problem.macs()), limit, ceiling.gflops, ceiling.gbytes));
  print_rows(lines, "lrrrrrrrrl", arguments.json);
  return {};
}

void print_model(const Subject& subject, const Plan& plan, const Timing& timing,
                 double gflops_ceiling) {
  const double gflops = 2e-6 * double(macs_of(subject.graph)) / timing.median_ms;
  const auto bytes = [](std::size_t n) { return format_bytes(std::int64_t(n)); };
  print(fmt::format("{}\n", text_of(subject.stack)));
  print(text_table(
      {{"time",
        fmt::format("median {:.4g} ms, p10 {:.4g}, p90 {:.4g}, {} runs; first {:.4g} ms",
                    timing.median_ms, timing.p10_ms, timing.p90_ms, timing.runs, timing.first_ms)},
       {"start", fmt::format("load {:.0f} ms, plan {:.0f} ms, of this pack {:.0f} ms",
                             subject.load_ms, plan.plan_ms, plan.pack_ms)},
       {"speed",
        fmt::format("{:.1f} GFLOP/s, {} of the {:.1f} measured with {} worker(s)", gflops,
                    percent(gflops / gflops_ceiling), gflops_ceiling, plan.options.threads)},
       {"memory",
        fmt::format("weights {}, values {} (at once alive {}), scratch {}, together {}",
                    bytes(plan.weights_bytes), bytes(plan.arena_bytes), bytes(plan.live_bytes),
                    bytes(plan.scratch_bytes), bytes(plan.peak_bytes()))},
       {"fallback", percent(plan.fallback_macs) + " of the multiply-adds"}},
      "ll"));
}

Status bench_model(const Arguments& arguments) {
  const Subject subject = DLIS_TRY(load_subject(arguments.subject));
  const auto plan = DLIS_TRY(make_plan(subject.graph, subject.plan));
  Session session = DLIS_TRY(Session::open(plan));
  if (arguments.turns) return answer_turns(session, arguments.seconds);
  const double ceiling = measure_gflops(plan->options.threads, 0.2);
  const Timing timing = DLIS_TRY(measure(session, arguments.seconds));
  if (!arguments.json) {
    print_model(subject, *plan, timing,
                std::max(ceiling, measure_gflops(plan->options.threads, 0.2)));
    return arguments.layers ? print_layers(session, arguments.seconds, ceiling) : Status{};
  }
  Record record;
  describe(subject.stack, subject.options, record);
  describe(subject.graph, record);
  describe(*plan, record);
  describe(timing, record);
  record.set("load_ms", subject.load_ms);
  print(to_json(record) + "\n");
  return {};
}

Status run(const Arguments& arguments) {
  if (!(arguments.seconds > 0 && arguments.seconds <= 3600))
    return fail("the time to measure is not right", "--seconds",
                "give more than 0 and at most 3600");
  return is_problem(arguments.subject.model) ? bench_problem(arguments) : bench_model(arguments);
}

}  // namespace

void add_bench(CLI::App& app, Action& chosen) {
  auto* verb =
      app.add_subcommand("bench", "time and memory of a model; of every row on one problem");
  auto arguments = std::make_shared<Arguments>();
  arguments->subject.add_to(*verb);
  verb->get_option("MODEL")->description("a MODEL, or a problem: \"n1h56w56c64 k64r3s3 p1\"");
  verb->add_option("--seconds", arguments->seconds, "of timing, each (1)");
  verb->add_flag("--layers", arguments->layers, "the time of each layer as well");
  verb->add_flag("--turns", arguments->turns,
                 "measure again for every line on standard input, one JSON object each");
  verb->add_flag("--json", arguments->json, "a record; of a problem one object a row");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
