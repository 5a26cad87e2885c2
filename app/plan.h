// The longer parts of `dlis plan MODEL`.
#pragma once
#include "model_arguments.h"

namespace dlis::app {

// The plans that no other beats in time and memory at once, as a table and, with a file's name, as
// an SVG plot.
Status answer_frontier(const Subject& subject, const std::string& svg, bool json);

}  // namespace dlis::app
