// Tables and JSON to stdout.
#include "output.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "json_output.h"

namespace dlis::app {

namespace {

// "\x1b[31m", as `coloured` writes it.
bool begins_colour(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789", 2);
  return text.starts_with("\x1b[") && end != text.npos && text[end] == 'm';
}

// A column that is aligned to the right holds numbers, where it holds anything.
Json cell(const std::string& text, bool number) {
  const Json value = number ? Json::parse(text, nullptr, false) : Json();
  return value.is_number() ? value : Json(text);
}

}  // namespace

void print(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool moves = (c < ' ' && c != '\n' && c != '\t') || c == 0x7f;
    if (moves && !begins_colour(std::string_view(text).substr(i))) text[i] = '?';
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string coloured(std::string_view text, Colour colour, std::FILE* to) {
  const char* none = std::getenv("NO_COLOR");
  const bool is_seen = to == stdout ? stdout_is_terminal() : stderr_is_terminal();
  if (!is_seen || (none && *none)) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", int(colour), text);
}

void print_rows(const std::vector<std::vector<std::string>>& rows, std::string_view align,
                bool json) {
  if (!json) return print(text_table(rows, align));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    Json object = Json::object();
    for (std::size_t j = 0; j < rows[0].size(); ++j) {
      std::string name = rows[0][j];
      std::replace(name.begin(), name.end(), ' ', '_');
      object[name] =
          j < rows[i].size() ? cell(rows[i][j], j < align.size() && align[j] == 'r') : "";
    }
    print_line(object);
  }
}

std::string text_of(const Estimate& e) {
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", e.value, e.low, e.high);
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string count(std::int64_t n) {
  double value = double(n);
  for (const char* prefix : {"", " k", " M", " G", " T"}) {
    if (value < 999.5) return *prefix ? fmt::format("{:.3g}{}", value, prefix) : std::to_string(n);
    value /= 1000;
  }
  return fmt::format("{:.3g} P", value);
}

Status check_folder_of(const std::string& file) {
  if (file.empty() || std::filesystem::is_directory(std::filesystem::absolute(file).parent_path()))
    return {};
  return fail("its folder is not there", file, "name a folder that is");
}

}  // namespace dlis::app
