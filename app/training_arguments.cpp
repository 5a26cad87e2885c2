// From options to training settings.
#include "training_arguments.h"

#include "progress.h"

namespace dlis::app {

void TrainingArguments::add_to(CLI::App& verb) {
  verb.add_option("--set", set,
                  "a training setting: rate=0.02, batch=128, cutout=8, device=cuda, ...")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
}

Result<TrainingSettings> TrainingArguments::settings() const {
  TrainingSettings settings;
  DLIS_TRY(set_training(settings, "epochs", fmt::format("{}", epochs.value_or(30))));
  for (const std::string& text : set) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
      return fail(fmt::format("'{}' has no value", text), "--set", "write NAME=VALUE");
    DLIS_TRY(set_training(settings, text.substr(0, equals), text.substr(equals + 1)));
  }
  return settings;
}

Status check_output(const std::string& output) {
  if (!output.ends_with(".onnx") && !output.ends_with(".onnx.gz"))
    return fail("this is no name for a network", output, "end it in .onnx or .onnx.gz");
  return check_writable(output);
}

Status save_trained(const Graph& graph, const std::string& output) {
  Status saved = save_onnx(graph, output);
  if (saved) return {};
  std::error_code error;
  const auto refuge =
      std::filesystem::temp_directory_path(error) / std::filesystem::path(output).filename();
  if (!error && refuge != output && save_onnx(graph, refuge))
    saved.error().hint += fmt::format("; the network lies in {} meanwhile", refuge.string());
  return saved;
}

void add_checkpoints_to(CLI::App& verb, std::string& folder) {
  verb.add_option("--checkpoints", folder,
                  "keeps the training here every half a minute: the same command goes on where it "
                  "was killed, to the same result; removed when -o is written")
      ->type_name("FOLDER");
}

void remove_checkpoints(std::span<const std::filesystem::path> files) {
  std::error_code ignored;
  for (const auto& file : files) std::filesystem::remove(file, ignored);
}

OnReport show_training() {
  catch_interrupts();
  struct Shown {
    ProgressBar bar;
    double last = -1;  // the epoch of the last line
  };
  return [shown = std::make_shared<Shown>()](const TrainingReport& now) {
    ProgressBar& bar = shown->bar;
    if (!now.note.empty()) bar.line(now.note);
    const std::string text = fmt::format(
        "epoch {:.2f} of {:g}, loss {:.4f}, top-1 {:.2f} %, {:.0f} images/s, {} left", now.epoch,
        now.epochs, now.loss, now.top1, now.images_per_second, duration(now.seconds_left));
    const double step = bar.is_live() ? 1 : 0.25;  // epochs between two lines
    if (now.epoch >= shown->last + step || now.epoch >= now.epochs)
      bar.line(text), shown->last = now.epoch;
    else if (bar.is_live())
      bar.draw(now.epoch / now.epochs, text);
    return !is_interrupted();
  };
}

}  // namespace dlis::app
