// dlis plan MODEL: what was chosen for each layer, and why.
#include "plan.h"

#include "output.h"

namespace dlis::app {
namespace {

struct PlanArguments {
  ModelArguments subject;
  bool explain = false, json = false, frontier = false;
  std::string output, svg;
};

std::string time_of(const Step& step) {
  const Candidate* candidate = chosen(step);
  const bool timed = candidate && candidate->milliseconds > 0 && !candidate->estimated;
  return timed ? fmt::format("{:.4f}", candidate->milliseconds) : "-";
}

void print_plan(const Plan& plan, bool json) {
  std::vector<std::vector<std::string>> lines{{"layer", "op", "format", "row", "schedule",
                                               "workers", "ms", "weights bytes", "scratch bytes",
                                               ""}};
  for (const Step& step : plan.steps)
    lines.push_back({step.name, step.op, step.conv_row ? step.conv.format->name : "",
                     step.conv_row ? step.conv_row->name : step.op_row->name,
                     text_of(step.schedule), std::to_string(workers_of(step, plan.options)),
                     time_of(step), std::to_string(step.weights_bytes),
                     std::to_string(step.scratch_bytes), step.fallback ? "fallback" : ""});
  if (json) lines[0].back() = "note";
  print_rows(lines, "lllllrrrrl", json);
  if (json) return;
  print(fmt::format("weights {}, values {}, scratch {}, together {}; planned in {:.0f} ms\n",
                    format_bytes(std::int64_t(plan.weights_bytes)),
                    format_bytes(std::int64_t(plan.arena_bytes)),
                    format_bytes(std::int64_t(plan.scratch_bytes)),
                    format_bytes(std::int64_t(plan.peak_bytes())), plan.plan_ms));
}

Status run(const PlanArguments& arguments) {
  const Subject subject = DLIS_TRY(load_subject(arguments.subject));
  if (arguments.frontier) return answer_frontier(subject, arguments.svg, arguments.json);
  const auto plan = DLIS_TRY(make_plan(subject.graph, subject.plan));
  if (arguments.explain)
    print(explain(*plan));
  else
    print_plan(*plan, arguments.json);
  if (!arguments.output.empty()) DLIS_TRY(save_choices(choices_of(*plan), arguments.output));
  return {};
}

}  // namespace

void add_plan(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("plan", "per layer: the row chosen, its time, its bytes");
  auto arguments = std::make_shared<PlanArguments>();
  arguments->subject.add_to(*verb);
  auto* why =
      verb->add_flag("--explain", arguments->explain, "near misses, and refusals with reasons");
  auto* output = verb->add_option("-o,--output", arguments->output, "keep the choices for --plan")
                     ->type_name("FILE");
  auto* frontier = verb->add_flag("--memory-frontier", arguments->frontier,
                                  "time against memory: the fastest plans of growing size");
  frontier->excludes(why)->excludes(output)->excludes("--memory")->excludes("--plan");
  verb->add_option("--svg", arguments->svg, "the frontier as a picture")
      ->type_name("FILE.svg")
      ->needs(frontier);
  verb->add_flag("--json", arguments->json, "one object a line")->excludes(why);
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
