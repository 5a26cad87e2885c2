// Judges the parameters for retraining.
#include "dlis/compress/training.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/compress/checkpoint.h"

namespace dlis {
namespace {

Result<Graph> load_teacher(const std::string& name, const Graph& graph,
                           const CompressOptions& options) {
  if (name == "dense") return graph;
  if (!options.load) return refusal("a teacher cannot be loaded here");
  return options.load(name);
}

}  // namespace

Result<double> epochs_of(const Technique& row, const Choice& choice) {
  const double epochs = DLIS_TRY(parse_real(parameter_of(row, choice, "epochs"), "epochs"));
  if (!(epochs >= 0 && epochs <= 10000)) return fail("must be 0 to 10000", "epochs");
  return epochs;
}

Result<std::optional<Training>> start_training(const Technique& row, const Choice& choice,
                                               const Graph& graph, const CompressOptions& options,
                                               const Graph* dense) {
  TrainingSettings settings = options.training;
  settings.epochs = DLIS_TRY(epochs_of(row, choice));
  settings.seed = options.seed;
  const std::string teacher = parameter_of(row, choice, "teacher");
  if (settings.epochs == 0) {
    if (teacher != "none")
      return refusal("a teacher is of use in retraining only; give epochs as well");
    return std::optional<Training>();
  }
  if (options.one_shot) return std::optional<Training>();
  if (!options.images) return refusal("retraining needs images with labels; give --data");
  Training training = DLIS_TRY(Training::start(graph, *options.images, options.how, settings));
  std::optional<Graph> network;
  if (teacher != "none") {
    network = DLIS_TRY(load_teacher(teacher, dense ? *dense : graph, options));
    DLIS_TRY(training.set_teacher(*network));
  }
  if (const Checkpoints& kept = options.checkpoints; !kept.folder.empty()) {
    const auto file =
        checkpoint_file(kept.folder, row.name, text_of(choice), graph,
                        network ? &*network : nullptr, *options.images, options.how, settings);
    training.keep_in(file, kept.seconds);
    if (kept.begun) kept.begun(file);
  }
  return std::optional<Training>(std::move(training));
}

Result<Ramp> ramp_of(const Technique& row, const Choice& choice) {
  Ramp ramp;
  ramp.share = DLIS_TRY(parse_real(parameter_of(row, choice, "ramp"), "ramp"));
  if (!(ramp.share >= 0 && ramp.share <= 1)) return fail("must be a share from 0 to 1", "ramp");
  ramp.every = DLIS_TRY(parse_integer(parameter_of(row, choice, "every"), "every"));
  if (ramp.every < 1) return fail("must be at least 1", "every");
  return ramp;
}

double cubic_growth(double done) {
  const double left = 1 - std::min(1.0, done);
  return 1 - left * left * left;
}

Status refuse_training(const Technique& row, const Choice& choice) {
  if (DLIS_TRY(epochs_of(row, choice)) > 0)
    return refusal(fmt::format("{} does not retrain yet; give epochs=0 or none", row.name));
  if (parameter_of(row, choice, "teacher") != "none")
    return refusal("a teacher is of use in retraining only; give epochs as well");
  return {};
}

}  // namespace dlis
