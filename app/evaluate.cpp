// dlis evaluate STACK -o RECORD.json: one stack, one record; the unit of work of long explorations.
#include "evaluate_arguments.h"
#include "output.h"
#include "progress.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct RecordArguments {
  std::string stack, output, key, machine;
  EvaluateArguments measuring;
};

// Somebody waits for the answer to this key: what this machine sees must be the same.
Status check_key(const std::string& expected, Prefixes& prefixes, const Stack& stack) {
  if (expected.empty()) return {};
  const std::string own = DLIS_TRY(prefixes.key_of(stack));
  if (own == expected) return {};
  return fail(fmt::format("here the key is {}", own), "--key " + expected,
              "this machine must see the same model, the same data and the same build of dlis");
}

Result<Record> measure(const RecordArguments& arguments) {
  const Stack stack = DLIS_TRY(parse_stack(arguments.stack));
  EvaluateOptions options = DLIS_TRY(arguments.measuring.checked());
  options.machine = arguments.machine;
  ProgressBar bar;
  catch_interrupts();
  options.progress = [&](std::string_view phase, double share) {
    bar.draw(share, std::string(phase));
    return !is_interrupted();
  };
  Prefixes prefixes(std::move(options));
  DLIS_TRY(check_key(arguments.key, prefixes, stack));
  return prefixes.evaluate(stack);
}

Status run(const RecordArguments& arguments) {
  const std::string &file = arguments.output, &key = arguments.key;
  if (!key.empty() && !file.empty()) {
    if (read_record_file(file, key)) return {};  // done before, by whomever
    const double start = now_ms();
    KeptRecord kept{DLIS_TRY(measure(arguments))};
    kept.seconds = (now_ms() - start) / 1000;
    return write_record_file(file, key, kept);
  }
  const std::string text = to_json(DLIS_TRY(measure(arguments))) + "\n";
  if (!file.empty()) return write_file_atomic(file, text);
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
  verb->add_option("--key", arguments->key,
                   "what the record answers: kept in RECORD.json, which is not made again where it "
                   "has it; an error where this machine would answer another one")
      ->type_name("KEY");
  verb->add_option("--checkpoints", arguments->measuring.options.checkpoints,
                   "keeps retraining there, so that it goes on where it was killed and is not done "
                   "again for another stack with the same compression")
      ->type_name("FOLDER");
  verb->add_option("--machine", arguments->machine,
                   "what stands for this machine in the key, where many are of one kind")
      ->type_name("NAME");
  arguments->measuring.add_to(*verb);
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
