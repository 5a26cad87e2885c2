// Which layer suffers most from int8.
#pragma once
#include "model_arguments.h"

namespace dlis::app {

// Each layer alone in int8, the worst first, for a chain that is quantise:type=int8.
Status print_sensitivity(const ModelArguments& arguments, const std::string& data, bool json);

}  // namespace dlis::app
