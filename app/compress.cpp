// dlis compress MODEL --compress C [--data D] -o OUT.onnx: layer 2 alone, kept as a file.
#include <cmath>

#include "dry_run.h"
#include "json_output.h"
#include "progress.h"
#include "sensitivity.h"
#include "strength.h"
#include "training_arguments.h"

namespace dlis::app {
namespace {

struct CompressArguments {
  ModelArguments from;  // its model and technique only; a recipe may name both
  TrainingArguments training;
  std::string data, output, recipe;
  std::optional<double> max_drop;
  bool json = false, sensitivity = false, dry_run = false;
};

// Percent, of each stage that there was; none where the images have no labels, or no data is given.
struct Accuracies {
  std::optional<double> before, surgery, after;
};

Result<std::optional<double>> top1_of(const Graph& graph, const Dataset& data) {
  PlanOptions options;
  options.tune = Tune::off;  // accuracy alone: no rows compete for time
  const auto plan = DLIS_TRY(make_plan(graph, options));
  ProgressBar bar;
  const auto tell = [&](std::int64_t done) {
    const double share = double(done) / double(data.size());
    bar.draw(share, fmt::format("accuracy: {} of {} images{}", done, data.size(), bar.left(share)));
    return !is_interrupted();
  };
  return DLIS_TRY(accuracy_of(graph, *plan, data, tell)).top1;
}

Result<Accuracies> accuracies_of(const Subject& subject, const std::string& data) {
  Accuracies all;
  if (data.empty()) return all;
  const Dataset images = DLIS_TRY(load_dataset(data, subject.before));
  all.before = DLIS_TRY(top1_of(subject.before, images));
  if (subject.surgery) all.surgery = DLIS_TRY(top1_of(*subject.surgery, images));
  all.after = DLIS_TRY(top1_of(subject.graph, images));
  return all;
}

void print_accuracies(const Accuracies& all) {
  std::string text;
  const auto add = [&](const char* when, const std::optional<double>& top1) {
    if (top1) text += fmt::format("{}{:.2f} % {}", text.empty() ? "top-1 " : ", ", *top1, when);
  };
  add("before", all.before);
  add("after surgery", all.surgery);
  add("after", all.after);
  if (!text.empty()) print(text + "\n");
}

// The file stays: it says which recipe falls short.
Status check_drop(const Accuracies& all, std::optional<double> most, const std::string& out) {
  if (!most || !all.before || !all.after || *all.before - *all.after <= *most) return {};
  return fail(fmt::format("the top-1 accuracy fell by {:.2f} points, --max-drop allows {:.2f}",
                          *all.before - *all.after, *most),
              out, "ask for less, or retrain with epochs=N");
}

Json json_of(const std::optional<double>& top1) { return top1 ? Json(*top1) : Json(); }

// What a recipe says; what the command line says beside it goes first.
Result<CompressArguments> with_recipe(CompressArguments arguments) {
  const Recipe recipe = DLIS_TRY(load_recipe(arguments.recipe));
  const auto fill = [](std::string& own, const std::string& value) {
    if (own.empty()) own = value;
  };
  fill(arguments.from.model, recipe.model);
  fill(arguments.from.compress, recipe.compress);
  fill(arguments.data, recipe.data);
  arguments.from.seed = recipe.seed;
  auto& set = arguments.training.set;
  set.insert(set.begin(), recipe.settings.begin(), recipe.settings.end());
  return arguments;
}

Status run(const CompressArguments& given) {
  CompressArguments arguments = given.recipe.empty() ? given : DLIS_TRY(with_recipe(given));
  if (arguments.from.model.empty()) throw CLI::RequiredError("MODEL");
  if (arguments.from.compress.empty()) throw CLI::RequiredError("--compress");
  if (arguments.sensitivity)
    return print_sensitivity(arguments.from, arguments.data, arguments.json);
  if (arguments.dry_run) return print_dry_run(arguments.from, arguments.data, arguments.json);
  const std::string& out = arguments.output;
  if (out.empty()) throw CLI::RequiredError("--output");
  DLIS_TRY(check_output(out));
  if (!arguments.from.checkpoints.empty()) DLIS_TRY(check_checkpoints(arguments.from.checkpoints));
  for (const std::string& set : arguments.training.set)
    if (set.starts_with("epochs="))
      return fail("the technique says how long it trains", "--set " + set,
                  "write weight_prune:zeros=0.9:epochs=40");
  const TrainingSettings training = DLIS_TRY(arguments.training.settings());
  std::string chosen;
  if (arguments.max_drop)
    chosen =
        DLIS_TRY(choose_strength(arguments.from, arguments.data, *arguments.max_drop, top1_of));
  Subject subject =
      DLIS_TRY(load_subject(arguments.from, arguments.data, training, show_training()));
  if (!chosen.empty()) subject.notes.insert(subject.notes.begin(), chosen);
  DLIS_TRY(save_trained(subject.graph, out));
  remove_checkpoints(subject.checkpoints);
  std::error_code ignored;
  const auto bytes = std::int64_t(std::filesystem::file_size(out, ignored));
  const Accuracies top1 = DLIS_TRY(accuracies_of(subject, arguments.data));
  if (arguments.json) {
    print_line({{"model", subject.stack.model},
                {"compress", text_of(subject.stack.compress)},
                {"artifact", out},
                {"file_bytes", bytes},
                {"parameters", parameters_of(subject.graph)},
                {"macs", macs_of(subject.graph)},
                {"density", density_of(subject.graph)},
                {"top1_before", json_of(top1.before)},
                {"top1_surgery", json_of(subject.surgery ? top1.surgery : top1.after)},
                {"top1", json_of(top1.after)},
                {"notes", subject.notes}});
    return check_drop(top1, arguments.max_drop, out);
  }
  print(fmt::format("{}: {}, {} parameters, {} multiply-adds, {} of weights are zero, {}\n", out,
                    text_of(subject.stack.compress), count(parameters_of(subject.graph)),
                    count(macs_of(subject.graph)), percent(1 - density_of(subject.graph)),
                    format_bytes(bytes)));
  for (const std::string& note : subject.notes) print(note + "\n");
  print_accuracies(top1);
  return check_drop(top1, arguments.max_drop, out);
}

}  // namespace

void add_compress(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("compress", "apply a technique and write the network");
  auto arguments = std::make_shared<CompressArguments>();
  arguments->from.add_model_to(*verb);
  verb->add_option("--compress", arguments->from.compress, "techniques chained by +");
  verb->add_option("--recipe", arguments->recipe, "a file that says all of it: recipes/*.txt")
      ->type_name("FILE");
  verb->add_option("--data", arguments->data,
                   "images to measure the accuracy on; techniques learn from its training images")
      ->type_name("D");
  arguments->training.add_to(*verb);
  add_checkpoints_to(*verb, arguments->from.checkpoints);
  verb->add_option("-o,--output", arguments->output, "OUT.onnx or OUT.onnx.gz")->type_name("FILE");
  auto* drop =
      verb->add_option(
              "--max-drop", arguments->max_drop,
              "exit status 1 where the accuracy on --data falls by more points; a technique "
              "without its strength (weight_prune, channel_prune) gets the largest that loses "
              "no more on held-out training images, before it retrains")
          ->type_name("POINTS")
          ->check([](const std::string& text) -> std::string {
            const auto points = parse_real(text);
            return points && std::abs(*points) <= 100 ? ""
                                                      : fmt::format("{} is not -100 to 100", text);
          })
          ->needs("--data");
  verb->add_option("--layer-times", arguments->from.layer_times,
                   "milliseconds of layers for channel_prune:latency: taken from FILE where it has "
                   "them, else measured here and added (with --checkpoints: its layer_times)")
      ->type_name("FILE");
  auto* sensitivity = verb->add_flag("--sensitivity", arguments->sensitivity,
                                     "instead of a network: which layer suffers most from int8")
                          ->excludes(drop);
  verb->add_flag("--dry-run", arguments->dry_run,
                 "instead of a network: channels, layers, bytes and time before and after the "
                 "surgery; trains nothing, writes nothing")
      ->excludes(sensitivity)
      ->excludes(drop);
  verb->add_flag("--json", arguments->json, "one object");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
