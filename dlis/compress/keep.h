// The parameter `keep`: layers that a technique leaves as they are.
#pragma once
#include <regex>
#include <string>

#include "dlis/base/result.h"

namespace dlis {

// An ECMAScript expression that is searched for in the names of layers. Errors quote one that is
// none.
Result<std::regex> parse_keep(const std::string& expression);

}  // namespace dlis
