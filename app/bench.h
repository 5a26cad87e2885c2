// The longer parts of `dlis bench MODEL`.
#pragma once
#include "dlis/dlis.h"

namespace dlis::app {

// A table of the median time of every layer over `seconds` of runs, its speed and share of the
// measured ceiling, and the sums by filter size.
Status print_layers(Session& session, double seconds, double gflops_ceiling);

// Measures for `seconds` for every line of standard input and answers with one JSON object:
// median_ms, and gflops, the lower of the FMA ceilings right before and right after. So a driver
// compares dlis with others in turns, and sees when the cores were slowed down.
Status answer_turns(Session& session, double seconds);

}  // namespace dlis::app
