// dlis evaluate STACK -o RECORD.json: one stack, one record; the unit of work of long explorations.
#include "evaluate_arguments.h"
#include "output.h"
#include "progress.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct RecordArguments {
  std::string stack, output;
  EvaluateArguments measuring;
};

Result<Record> measure(const RecordArguments& arguments) {
  const Stack stack = DLIS_TRY(parse_stack(arguments.stack));
  EvaluateOptions options = DLIS_TRY(arguments.measuring.checked());
  ProgressBar bar;
  catch_interrupts();
  options.progress = [&](std::string_view phase, double share) {
    bar.draw(share, std::string(phase));
    return !is_interrupted();
  };
  return evaluate(stack, options);
}

Status run(const RecordArguments& arguments) {
  const Record record = DLIS_TRY(measure(arguments));
  const std::string text = to_json(record) + "\n";
  if (!arguments.output.empty()) return write_file_atomic(arguments.output, text);
  print(text);
  return {};
}

}  // namespace

void add_evaluate(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("evaluate", "measure one stack into one record");
  auto arguments = std::make_shared<RecordArguments>();
  verb->add_option("STACK", arguments->stack,
                   "\"MODEL | COMPRESS | FORMAT | COMPUTE/SCHEDULE | DEVICE\"")
      ->required();
  verb->add_option("-o,--output", arguments->output, "the record as JSON; stdout without it")
      ->type_name("RECORD.json");
  arguments->measuring.add_to(*verb);
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
