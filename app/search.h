// The options of `dlis explore` that make it a search within a budget.
#pragma once
#include "verb.h"

namespace dlis::app {

// --min-top1, --max-ms, --max-memory, --max-bytes, --budget, --retrain, --grid, --zoo.
void add_search(CLI::App& verb, Exploration& asked);

// Says on stderr what was measured.
void print_summary(const Explored& result);

}  // namespace dlis::app
