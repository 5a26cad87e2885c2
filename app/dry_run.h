// What `dlis compress ... --dry-run` prints.
#pragma once
#include "model_arguments.h"

namespace dlis::app {

// Channel groups, layers and totals before and after; `json`: all of it as one object.
Status print_dry_run(const ModelArguments& arguments, const std::string& data, bool json);

}  // namespace dlis::app
