// Copies a text and fills its places on the way.
#include "dlis/explore/fill.h"

namespace dlis {

std::string filled(std::string_view text, const Parts& parts) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t open = text.find("{{", at), close = text.find("}}", open);
    if (open == text.npos || close == text.npos) return out.append(text.substr(at));
    out += text.substr(at, open - at);
    const auto part = parts.find(text.substr(open + 2, close - open - 2));
    if (part != parts.end()) out += part->second;
    at = close + 2;
  }
}

}  // namespace dlis
