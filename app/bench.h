// The longer parts of `dlis bench`.
#pragma once
#include "dlis/dlis.h"

namespace dlis::app {

// Every row of a problem beside the fastest and its limit: a table, or one object a row.
void print_problem(const ProblemTimings& timings, bool json);

// A table of the median time of every layer over `seconds` of runs, its speed and share of the
// measured ceiling, and the sums by filter size.
Status print_layers(Session& session, double seconds, double gflops_ceiling);

// Measures for `seconds` for every line of standard input and answers with one JSON object:
// median_ms, and gflops, the lower of the FMA ceilings right before and right after. So a driver
// compares dlis with others in turns, and sees when the cores were slowed down.
Status answer_turns(Session& session, double seconds);

// N sessions on one plan in N threads: runs a second of all together, beside one alone, and how
// much the process grew.
Status answer_sessions(const std::shared_ptr<const Plan>& plan, int sessions, double seconds,
                       bool json);

// Sparse rows over densities beside the best dense row, for a problem or each distinct ungrouped
// convolution of a plan (`own`: or each one that has zeros in the network as it was loaded, with
// those): tables or objects, and a picture where `svg` names a file.
Status answer_break_even(const ConvProblem& problem, const BenchOptions& options,
                         const std::string& svg, bool json);
Status answer_break_even(const Plan& plan, const Graph* own, const BenchOptions& options,
                         const std::string& svg, bool json);

}  // namespace dlis::app
