// dlis evaluate STACK -o RECORD.json: one stack, one record; the unit of work of long explorations.
#include "output.h"
#include "progress.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct Arguments {
  std::string stack, output;
  EvaluateOptions options;
  std::vector<std::string> shapes;
};

Result<Record> measure(const Arguments& arguments) {
  const Stack stack = DLIS_TRY(parse_stack(arguments.stack));
  EvaluateOptions options = arguments.options;
  for (const std::string& text : arguments.shapes)
    options.model.shapes.insert(DLIS_TRY(parse_shape(text)));
  ProgressBar bar;
  catch_interrupts();
  options.progress = [&](std::string_view phase, double share) {
    bar.draw(share, std::string(phase));
    return !is_interrupted();
  };
  return evaluate(stack, options);
}

Status run(const Arguments& arguments) {
  const Record record = DLIS_TRY(measure(arguments));
  const std::string text = to_json(record) + "\n";
  if (!arguments.output.empty()) return write_file_atomic(arguments.output, text);
  print(text);
  return {};
}

}  // namespace

void add_evaluate(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("evaluate", "measure one stack into one record");
  auto arguments = std::make_shared<Arguments>();
  EvaluateOptions& options = arguments->options;
  verb->add_option("STACK", arguments->stack,
                   "\"MODEL | COMPRESS | FORMAT | COMPUTE/SCHEDULE | DEVICE\"")
      ->required();
  verb->add_option("--data", options.data,
                   "for accuracy: cifar10:DIR?limit=N, images:DIR, synthetic:N")
      ->type_name("D");
  verb->add_option("-o,--output", arguments->output, "the record as JSON; stdout without it")
      ->type_name("RECORD.json");
  verb->add_option("--seconds", options.seconds, "of timing (0.5)");
  verb->add_option("--shape", arguments->shapes, "an input's shape: name=1x3x224x224")
      ->allow_extra_args(false)
      ->type_name("NAME=SHAPE");
  verb->add_option("--batch", options.model.batch, "images at once (1)")->type_name("N");
  verb->add_option("--seed", options.model.seed, "of random weights and inputs (1)")
      ->type_name("N");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
