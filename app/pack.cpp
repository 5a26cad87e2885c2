// dlis pack MODEL -o OUT.dlis: the file that a device loads.
#include "model_arguments.h"
#include "output.h"

namespace dlis::app {
namespace {

struct PackArguments {
  ModelArguments subject;
  std::string plan, output;
};

// Panels as a saved plan's rows read them, for the instruction set that the plan was made on.
Status pack_for(const PackArguments& arguments, const Graph& graph) {
  PlanOptions options;
  options.choices = DLIS_TRY(load_choices(arguments.plan));
  options.isa = DLIS_TRY(load_isa(arguments.plan));
  options.tune = Tune::off;
  options.keep_weights = true;
  const auto plan = DLIS_TRY(make_plan(graph, options));
  return save_dlis(*plan, arguments.output);
}

Status run(const PackArguments& arguments) {
  if (!is_dlis_file(arguments.output))
    return fail("the name of a model file ends in .dlis", arguments.output, "rename it");
  DLIS_TRY(check_writable(arguments.output));
  const ModelOptions options = DLIS_TRY(arguments.subject.options());
  const Graph graph = DLIS_TRY(load_model(arguments.subject.model, options));
  return arguments.plan.empty() ? save_dlis(graph, arguments.output) : pack_for(arguments, graph);
}

}  // namespace

void add_pack(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("pack", "a .dlis file: what a device loads");
  auto arguments = std::make_shared<PackArguments>();
  arguments->subject.add_model_to(*verb);
  verb->get_option("MODEL")->required();
  verb->add_option("--for", arguments->plan,
                   "lay weights out for a saved plan (`dlis plan -o`, `dlis-run --tune -o`)")
      ->type_name("PLAN")
      ->check([](const std::string& text) -> std::string {
        return text.empty() ? "'' is not a file" : "";
      });
  verb->add_option("-o,--output", arguments->output, "OUT.dlis")->type_name("FILE")->required();
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
