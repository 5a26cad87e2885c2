// Text that is read: its parts, numbers and names.
#include "dlis/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace dlis {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return out;
}

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = int(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = int(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates,
                                 std::size_t most) {
  // A name of a megabyte is no slip of the pen, and comparing it would take long.
  if (name.empty() || name.size() > 100) return {};
  const std::string wanted = lower(name);
  const int limit = std::max(2, int(wanted.size()) / 3);
  std::vector<std::pair<int, std::string>> near;
  for (const std::string& candidate : candidates) {
    const std::string text = lower(candidate);
    const int distance = edit_distance(wanted, text);
    const bool completes = text.starts_with(wanted);
    const bool shares = distance < int(std::max(wanted.size(), text.size()));
    if (completes || (distance <= limit && shares)) near.emplace_back(distance, candidate);
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [distance, text] : near)
    if (names.size() < most) names.push_back(std::move(text));
  return names;
}

Error unknown_name(std::string_view kind, std::string_view name,
                   const std::vector<std::string>& candidates) {
  const std::string_view shown = name.substr(0, 60);
  Error error{fmt::format("unknown {} '{}{}'", kind, shown, shown == name ? "" : "..."), "", ""};
  if (const auto near = nearest(name, candidates); !near.empty())
    error.hint = fmt::format("did you mean {}?", fmt::join(near, " or "));
  else if (!candidates.empty())
    error.hint = fmt::format("there are: {}", fmt::join(candidates, ", "));
  return error;
}

namespace {
template <class T>
Result<T> parse_number(std::string_view text, std::string_view where, const char* kind) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const std::string shown(text.substr(0, 60));
  if (error == std::errc::result_out_of_range)
    return fail(fmt::format("'{}' is out of range", shown), std::string(where));
  if (error != std::errc() || stop != end)
    return fail(fmt::format("'{}' is not {}", shown, kind), std::string(where));
  return value;
}
}  // namespace

Result<std::int64_t> parse_integer(std::string_view text, std::string_view where) {
  return parse_number<std::int64_t>(text, where, "a whole number");
}

Result<double> parse_real(std::string_view text, std::string_view where) {
  Result<double> value = parse_number<double>(text, where, "a number");
  if (value && !std::isfinite(*value))
    return fail(fmt::format("'{}' is not a finite number", text), std::string(where));
  return value;
}

Result<std::int64_t> parse_bytes(std::string_view text, std::string_view where) {
  const auto wrong = [&] {
    return fail(fmt::format("'{}' is not a size in bytes", text.substr(0, 60)), std::string(where),
                "write 4096, 64M or 1.5G");
  };
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = parse_real(text.substr(0, digits));
  const std::string unit = lower(trim(text.substr(digits)));
  if (!number || *number < 0) return wrong();
  double factor = 1;
  if (!unit.empty() && unit != "b") {
    const std::size_t power = std::string_view("kmgt").find(unit[0]);
    const std::string_view rest = std::string_view(unit).substr(1);
    if (power == std::string_view::npos || !(rest.empty() || rest == "b" || rest == "ib"))
      return wrong();
    factor = std::ldexp(1.0, 10 * int(power + 1));
  }
  if (*number * factor > 0x1p62) return wrong();
  return std::int64_t(*number * factor);
}

}  // namespace dlis
