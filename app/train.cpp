// dlis train MODEL --data D -o OUT.onnx: trains a network, from scratch or on.
#include "training_arguments.h"

namespace dlis::app {
namespace {

struct TrainArguments {
  ModelArguments subject;
  TrainingArguments training;
  std::string data, output, teacher, checkpoints;
};

Status run(const TrainArguments& arguments) {
  if (!can_train()) return tl::unexpected(why_no_training());
  DLIS_TRY(check_output(arguments.output));
  if (!arguments.checkpoints.empty()) DLIS_TRY(check_checkpoints(arguments.checkpoints));
  const Subject subject = DLIS_TRY(load_subject(arguments.subject));
  const TrainingSettings settings = DLIS_TRY(arguments.training.settings());
  const Preprocessing how = DLIS_TRY(preprocessing_of(subject.graph.metadata));
  const Dataset data = DLIS_TRY(load_training_images(arguments.data, subject.graph));
  Graph teacher;
  if (!arguments.teacher.empty())
    teacher = DLIS_TRY(load_model(arguments.teacher, subject.options));
  const Trained trained =
      DLIS_TRY(train(subject.graph, arguments.teacher.empty() ? nullptr : &teacher, data, how,
                     settings, {arguments.checkpoints}, show_training()));
  DLIS_TRY(save_trained(trained.graph, arguments.output));
  remove_checkpoints({&trained.checkpoint, 1});
  return {};
}

}  // namespace

void add_train(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("train", "train a network on images");
  auto arguments = std::make_shared<TrainArguments>();
  arguments->subject.add_model_to(*verb);
  verb->get_option("MODEL")->required();
  verb->add_option("--data", arguments->data, data_forms())->required();
  verb->add_option("--teacher", arguments->teacher, "a network to learn from");
  add_checkpoints_to(*verb, arguments->checkpoints);
  verb->add_option("-o,--output", arguments->output, "OUT.onnx or OUT.onnx.gz")
      ->type_name("FILE")
      ->required();
  verb->add_option("--epochs", arguments->training.epochs, "how often every image is seen (30)")
      ->type_name("N");
  arguments->training.add_to(*verb);
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
