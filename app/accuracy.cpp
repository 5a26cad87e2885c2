// dlis accuracy MODEL --data D: how often it is right, and how sure that is.
#include "model_arguments.h"
#include "output.h"
#include "progress.h"

namespace dlis::app {
namespace {

struct AccuracyArguments {
  ModelArguments subject;
  std::string data, predictions;
  bool json = false;
};

Result<Accuracy> measure(const Subject& subject, const Plan& plan, const Dataset& data) {
  ProgressBar bar;
  catch_interrupts();
  return accuracy_of(subject.graph, plan, data, [&](std::int64_t done) {
    const double share = double(done) / double(data.size());
    bar.draw(share, fmt::format("{} of {} images{}", done, data.size(), bar.left(share)));
    return !is_interrupted();
  });
}

void print_accuracy(const Accuracy& accuracy, const Dataset& data) {
  const Interval interval = wilson_interval(accuracy.correct, accuracy.images);
  if (accuracy.top1)
    print(fmt::format(
        "top-1 {:.2f} %, 95 % interval {:.2f} to {:.2f} ({} of {} images of {}), loss {:.4f}\n",
        *accuracy.top1, interval.low, interval.high, accuracy.correct, accuracy.images, data.spec,
        *accuracy.loss));
  else
    print(fmt::format("{} images of {} have no labels\n", accuracy.images, data.spec));
  print(fmt::format("{:.0f} images/s in batches on all cores\n", accuracy.images_per_second));
}

// One class a line, in the order of the images.
Status write_predictions(const Accuracy& accuracy, const std::string& file) {
  if (file.empty()) return {};
  std::string text;
  for (std::int32_t prediction : accuracy.predictions) text += fmt::format("{}\n", prediction);
  return write_file_atomic(file, text);
}

Status run(const AccuracyArguments& arguments) {
  const Subject subject = DLIS_TRY(load_subject(arguments.subject, arguments.data));
  const Dataset data = DLIS_TRY(load_dataset(arguments.data, subject.graph));
  const auto plan = DLIS_TRY(make_plan(subject.graph, subject.plan));
  const Accuracy accuracy = DLIS_TRY(measure(subject, *plan, data));
  DLIS_TRY(write_predictions(accuracy, arguments.predictions));
  if (!arguments.json) {
    print_accuracy(accuracy, data);
    return {};
  }
  Record record;
  describe(subject.stack, subject.options, record);
  describe(subject.graph, record);
  describe(*plan, record);
  describe(accuracy, data, record);
  print(to_json(record) + "\n");
  return {};
}

}  // namespace

void add_accuracy(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("accuracy", "share of images that are classified correctly");
  auto arguments = std::make_shared<AccuracyArguments>();
  arguments->subject.add_to(*verb);
  verb->add_option("--data", arguments->data, data_forms())->type_name("D")->required();
  verb->add_option("--predictions", arguments->predictions,
                   "writes the class of each image, one a line")
      ->type_name("FILE");
  verb->add_flag("--json", arguments->json, "a record");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
