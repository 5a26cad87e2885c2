#include "evaluate_arguments.h"

#include <fmt/format.h>

namespace dlis::app {

CLI::Option* add_target(CLI::App& verb, TargetOptions& target) {
  std::string forms;
  for (const TargetRow* row : target_rows())
    forms += fmt::format("{}{}", forms.empty() ? "" : ", ", row->form);
  auto* name = verb.add_option("--target", target.name, "measure on another machine: " + forms)
                   ->type_name("TARGET")
                   ->check([](const std::string& text) -> std::string {
                     const auto parsed = parse_target(text);
                     if (parsed) return "";
                     Error error = parsed.error();
                     error.where.clear();  // the parser says it
                     return error.message();
                   });
  verb.add_option("--runner", target.runner, "the dlis-run for its processor, where none is found")
      ->type_name("FILE")
      ->needs(name);
  return name;
}

void EvaluateArguments::add_to(CLI::App& verb) {
  auto* data =
      verb.add_option("--data", options.data, "for accuracy: " + data_forms())->type_name("D");
  verb.add_option("--images", options.images,
                  "accuracy of so many of its images, at equal distances; 0: of all (0)")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->needs(data);
  verb.add_option("--seconds", options.seconds, "of timing a stack (0.5)");
  verb.add_option("--shape", shapes, "an input's shape: name=1x3x224x224")
      ->allow_extra_args(false)
      ->type_name("NAME=SHAPE");
  verb.add_option("--batch", options.model.batch, "images at once (1)")->type_name("N");
  verb.add_option("--seed", options.model.seed, "of random weights and inputs (1)")->type_name("N");
  auto* target = add_target(verb, options.target);
  verb.add_flag("--accuracy-here", options.target.accuracy_here,
                "run the images here and not on the target; the record says so")
      ->needs(target)
      ->needs(data);
  limits.add_to(verb);
}

Result<EvaluateOptions> EvaluateArguments::checked() const {
  EvaluateOptions all = options;
  DLIS_TRY(check_seconds(options.seconds));
  DLIS_TRY(limits.apply(all));
  DLIS_TRY(add_shapes(shapes, all.model));
  return all;
}

}  // namespace dlis::app
