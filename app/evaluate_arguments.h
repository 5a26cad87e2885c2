// The options of verbs that measure whole stacks: data, time, sizes, seed, limits.
#pragma once
#include "model_arguments.h"

namespace dlis::app {

// --target and --runner; the option of the first.
CLI::Option* add_target(CLI::App& verb, TargetOptions& target);

struct EvaluateArguments {
  EvaluateOptions options;
  PlanLimits limits;
  std::vector<std::string> shapes;

  void add_to(CLI::App& verb);
  Result<EvaluateOptions> checked() const;  // with shapes and limits
};

}  // namespace dlis::app
