// Text that is written: lists, sizes, words of a shell.
#include <fmt/format.h>

#include <cctype>
#include <cmath>

#include "dlis/base/text.h"

namespace dlis {

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string format_bytes(std::int64_t bytes) {
  if (bytes > -1024 && bytes < 1024) return fmt::format("{} B", bytes);
  double amount = double(bytes);
  const char* unit = "B";
  for (const char* larger : {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}) {
    // What would be printed as 1024.00 belongs to the next unit.
    if (std::abs(amount) < 1023.995) break;
    amount /= 1024;
    unit = larger;
  }
  return fmt::format("{:.2f} {}", amount, unit);
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "@%+=:,./-_";
  bool plain = !text.empty();
  for (const unsigned char c : text)
    plain = plain && (std::isalnum(c) || kPlain.find(char(c)) != std::string_view::npos);
  if (plain) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace dlis
