// Records as `explore` and `report` give them: tables, CSV, JSON.
#pragma once
#include <string>
#include <vector>

#include "dlis/dlis.h"

namespace dlis::app {

// The table of stacks, how formats compare, one sentence of advice, of the latest record of each
// stack; with `json` every record, one a line.
void print_records(const std::vector<Record>& records, bool json);
// The same with the answer under constraints in place of the advice (under `json` not printed);
// an error where no stack keeps them all.
Status print_records(const std::vector<Record>& records, bool json, const Constraints& constraints);
// A header and one record a line, to a file or, for `-`, to stdout.
Status write_csv(const std::vector<Record>& records, const std::string& file);

}  // namespace dlis::app
