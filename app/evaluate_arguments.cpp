#include "evaluate_arguments.h"

namespace dlis::app {

void EvaluateArguments::add_to(CLI::App& verb) {
  verb.add_option("--data", options.data,
                  "for accuracy: cifar10:DIR?limit=N, images:DIR, synthetic:N")
      ->type_name("D");
  verb.add_option("--seconds", options.seconds, "of timing a stack (0.5)");
  verb.add_option("--shape", shapes, "an input's shape: name=1x3x224x224")
      ->allow_extra_args(false)
      ->type_name("NAME=SHAPE");
  verb.add_option("--batch", options.model.batch, "images at once (1)")->type_name("N");
  verb.add_option("--seed", options.model.seed, "of random weights and inputs (1)")->type_name("N");
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
