// Records as `explore` and `report` give them: tables, CSV, JSON.
#pragma once
#include <string>
#include <vector>

#include "dlis/dlis.h"

namespace dlis::app {

// The table of stacks, how formats compare, the answer (empty: one sentence of advice), of the
// latest record of each stack; with `json` every record, one a line.
void print_records(const std::vector<Record>& records, bool json, const std::string& answer = "");
// That FILE of --csv (empty or "-": none) takes the place of no store and of nothing else.
Status check_csv(const std::string& file, const std::filesystem::path& store);
// A header and one record a line, to a file or, for `-`, to stdout.
Status write_csv(const std::vector<Record>& records, const std::string& file);

}  // namespace dlis::app
