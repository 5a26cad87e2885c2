// Reading JSON that others wrote.
#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "dlis/base/limits.h"

namespace dlis {

// Whether no more than kMostJsonDepth arrays and objects lie inside each other.
inline bool is_shallow_json(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if ((c == '[' || c == '{') && ++depth > kMostJsonDepth) return false;
    if (c == ']' || c == '}') --depth;
  }
  return true;
}

// `Json` is nlohmann::json or its ordered form. Discarded, so that it is neither object nor array,
// where the text is no JSON or beyond the limits: a value of it takes up to 20 times its text, and
// the library prints by recursion, so that a million brackets would overflow the stack.
template <class Json>
Json parse_json(std::string_view text) {
  if (text.size() > kMostJsonBytes || !is_shallow_json(text)) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace dlis
