// Who measures the stacks of an exploration: --executor and what is asked of a cluster.
#pragma once
#include "verb.h"

namespace dlis::app {

void add_execution(CLI::App& verb, Execution& execution);

// Says on stderr where the records' times are of several kinds of machine.
void note_machines(const std::vector<Record>& records);

}  // namespace dlis::app
