// Where the library's exception becomes an error.
#include "dlis/compress/keep.h"

#include <fmt/format.h>

namespace dlis {

Result<std::regex> parse_keep(const std::string& expression) {
  try {
    return std::regex(expression);
  } catch (const std::regex_error&) {
    return fail(fmt::format("'{}' is no regular expression", expression.substr(0, 80)), "keep",
                "keep=stem|layer1 is one");
  }
}

}  // namespace dlis
