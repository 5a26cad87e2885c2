// Tables, and their lines as JSON, to stdout.
#pragma once
#include <fmt/format.h>

#include <cstdio>

#include "dlis/dlis.h"

namespace dlis::app {

// What would move a terminal's cursor or set its title, which names in files may hold, is shown as
// '?'; colours, tabs and ends of lines stay.
void print(std::string text);

// Colours are for people: where the stream is a terminal and NO_COLOR is not set.
enum class Colour { red = 31, green = 32, yellow = 33 };
std::string coloured(std::string_view text, Colour colour, std::FILE* to);

// A table, or its lines as objects named by the header (the first row, whose blanks become '_').
void print_rows(const std::vector<std::vector<std::string>>& rows, std::string_view align,
                bool json);

// Where a file shall be written: found before anything is measured. Nothing for no file.
Status check_folder_of(const std::string& file);

std::string text_of(const Estimate& estimate);  // "0.820 (0.810 to 0.835)"
std::string percent(double share);              // "12.3 %"
std::string count(std::int64_t n);              // "41.3 M": SI prefixes, three digits

}  // namespace dlis::app
