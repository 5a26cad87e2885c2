// One self-contained page that shows what an exploration found.
#pragma once
#include <span>
#include <string>

#include "dlis/explore/record.h"

namespace dlis {

// HTML with its style, script and data inside; it loads nothing. `records` are all of a store, and
// are numbered by their places from 1; the latest of each stack is shown. `store` names
// the file, for the title and for commands. Any text may stand in records. Without JavaScript the
// sentences and the tables are there, charts and filters are not. `answer` stands where the advice
// would; empty: the advice.
std::string html_report(std::span<const Record> records, const std::string& store,
                        const std::string& answer = {});

}  // namespace dlis
