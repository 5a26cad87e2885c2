// Text in columns, for terminals.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace dlis {

// One line a row, columns two spaces apart, no blanks at the ends of lines. `align` has a letter a
// column: 'l' or 'r' (columns beyond it are 'l'). Widths count UTF-8 characters.
std::string text_table(const std::vector<std::vector<std::string>>& rows, std::string_view align);

}  // namespace dlis
