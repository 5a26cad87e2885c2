// Finds expressions in names.
#include "dlis/compress/layer_names.h"

#include <fmt/format.h>

#include <algorithm>

namespace dlis {

Result<std::regex> parse_expression(const std::string& text, const char* parameter) {
  try {
    return std::regex(text);
  } catch (const std::regex_error&) {
    return fail(fmt::format("'{}' is no regular expression", text.substr(0, 80)), parameter,
                "^layer[12] is one");
  }
}

bool is_found(const std::regex& expression, const LayerNames& names) {
  return std::ranges::any_of(
      names, [&](const std::string& name) { return std::regex_search(name, expression); });
}

Result<std::vector<bool>> kept_of(std::span<const LayerNames> things, const std::string& keep) {
  std::vector<bool> kept(things.size());
  if (keep.empty()) return kept;
  const std::regex expression = DLIS_TRY(parse_expression(keep, "keep"));
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = is_found(expression, things[i]);
  return kept;
}

}  // namespace dlis
