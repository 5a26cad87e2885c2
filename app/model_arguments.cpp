// From options to a stack, from a stack to a network that can be planned.
#include "model_arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "progress.h"

namespace dlis::app {
namespace {

std::vector<std::string> one_or_none(const std::string& value) {
  return value.empty() ? std::vector<std::string>{} : std::vector<std::string>{value};
}

}  // namespace

std::string times_file(const ModelArguments& arguments, std::span<const Choice> chain) {
  const bool timed = std::ranges::any_of(
      chain, [](const Choice& choice) { return choice.parameters.count("latency") > 0; });
  if (!arguments.layer_times.empty() || arguments.checkpoints.empty() || !timed)
    return arguments.layer_times;
  return (std::filesystem::path(arguments.checkpoints) / "layer_times").string();
}

std::string data_forms() {
  std::vector<std::string> forms;
  for (const DatasetRow* row : datasets()) forms.emplace_back(row->form);
  return join(forms, ", ");
}

Status add_shapes(const std::vector<std::string>& texts, ModelOptions& options) {
  for (const std::string& text : texts)
    if (!options.shapes.insert(DLIS_TRY(parse_shape(text))).second)
      return fail(fmt::format("'{}' is one too many: the input has a shape", text), "--shape",
                  "give each input one");
  return {};
}

void ModelArguments::add_model_to(CLI::App& verb) {
  verb.add_option("MODEL", model, "a file or a row of `dlis list model`");
  verb.add_option("--shape", shapes, "an input's shape: name=1x3x224x224")
      ->allow_extra_args(false)
      ->type_name("NAME=SHAPE");
  verb.add_option("--batch", batch, "images at once (1)")->type_name("N");
  verb.add_option("--seed", seed, "of random weights and inputs (1)")->type_name("N");
}

void ModelArguments::add_to(CLI::App& verb) {
  add_model_to(verb);
  verb.add_option("--compress", compress, "layer 2: techniques chained by + (none)");
  verb.add_option("--format", format, "layer 3: how weights are kept (auto)");
  verb.add_option("--compute", compute, "layer 4: convolution algorithm (auto)");
  verb.add_option("--schedule", schedule, "layer 4: how tiles go to workers (static)");
  verb.add_option("--threads", threads, "layer 4: CPU workers (1)")->type_name("N");
  verb.add_option("--device", device, "layer 5 (cpu)");
  auto* stack =
      verb.add_option("--stack", stack_text, "all five choices as one line, in place of the above");
  stack->type_name("\"MODEL | COMPRESS | FORMAT | COMPUTE/SCHEDULE | DEVICE\"");
  for (const char* one :
       {"--compress", "--format", "--compute", "--schedule", "--threads", "--device"})
    stack->excludes(verb.get_option(one));
  verb.add_option("--plan", plan_file, "take the choices of a saved plan (`dlis plan -o FILE`)")
      ->type_name("FILE");
  limits.add_to(verb);
}

void PlanLimits::add_to(CLI::App& verb) {
  verb.add_option("--tune", tune,
                  "what planning may measure: off, quick, or full: near ties are settled inside "
                  "the whole plan (quick)")
      ->type_name("LEVEL");
  verb.add_option("--memory", memory,
                  "the fastest plan whose weights, values and scratch take at most this: 64M")
      ->type_name("BYTES")
      ->check([](const std::string& text) -> std::string {
        return text.empty() ? "'' is not a size in bytes" : "";
      });
}

void ModelArguments::require() const {
  if (model.empty() && stack_text.empty()) throw CLI::RequiredError("MODEL");
  if (!model.empty() && !stack_text.empty()) throw CLI::ExcludesError("--stack", "MODEL");
}

Result<Stack> ModelArguments::stack() const {
  if (!stack_text.empty()) {
    Stack parsed = DLIS_TRY(parse_stack(stack_text));
    DLIS_TRY(check_names(parsed));
    return parsed;
  }
  Space space{one_or_none(model),
              one_or_none(compress),
              one_or_none(format),
              one_or_none(compute),
              one_or_none(schedule),
              one_or_none(device),
              {threads}};
  return DLIS_TRY(stacks_of(space)).front();
}

Result<ModelOptions> ModelArguments::options() const {
  ModelOptions options;
  options.batch = batch;
  options.seed = seed;
  DLIS_TRY(add_shapes(shapes, options));
  return options;
}

Result<Origin> load_origin(const ModelArguments& arguments, const std::string& data) {
  Origin origin;
  origin.stack = DLIS_TRY(arguments.stack());
  origin.options = DLIS_TRY(arguments.options());
  const double start = now_ms();
  origin.graph = DLIS_TRY(load_model(origin.stack.model, origin.options));
  origin.load_ms = now_ms() - start;
  const auto changes = [](const Choice& choice) { return choice.name != "none"; };
  if (origin.graph.packed && std::ranges::any_of(origin.stack.compress, changes))
    return fail("its weights are packed for one plan", origin.stack.model,
                "compress the ONNX file");
  origin.images = DLIS_TRY(load_training_images(data, origin.graph, origin.stack.compress));
  return origin;
}

namespace {

// Hours of training shall not end at images that do not fit.
Status check_before_training(const Origin& origin, const std::string& data) {
  if (data.empty() || std::ranges::none_of(origin.stack.compress, retrains)) return {};
  return check_classifier(origin.graph, DLIS_TRY(load_dataset(data, origin.graph)));
}

}  // namespace

Result<Subject> load_subject(const ModelArguments& arguments, const std::string& data,
                             const TrainingSettings& training, const OnReport& report) {
  const Origin origin = DLIS_TRY(load_origin(arguments, data));
  DLIS_TRY(check_before_training(origin, data));
  CompressOptions as = DLIS_TRY(origin.compress_options());
  if (const auto file = times_file(arguments, origin.stack.compress); !file.empty())
    DLIS_TRY(keep_layer_times(as, file));
  as.training = training;
  as.report = report;
  ProgressBar bar;
  as.progress = [&bar](std::string_view phase, double share) {
    bar.draw(share, std::string(phase));
    return !is_interrupted();
  };
  as.checkpoints.folder = arguments.checkpoints;
  Compressed made = DLIS_TRY(compress(origin.graph, origin.stack.compress, as));
  Subject subject;
  subject.stack = origin.stack;
  subject.options = origin.options;
  subject.load_ms = origin.load_ms;
  subject.before = origin.graph;
  subject.graph = std::move(made.graph);
  subject.surgery = std::move(made.surgery);
  subject.notes = std::move(made.notes);
  subject.checkpoints = std::move(made.checkpoints);
  subject.plan = plan_options(subject.stack);
  subject.plan.go_on = [] { return !is_interrupted(); };
  DLIS_TRY(arguments.limits.apply(subject.plan));
  if (!arguments.plan_file.empty())
    subject.plan.choices = DLIS_TRY(load_choices(arguments.plan_file));
  return subject;
}

}  // namespace dlis::app
