// Texts with places for other texts: the report's page, the files of an export.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace dlis {

using Parts = std::map<std::string, std::string, std::less<>>;

// `{{name}}` becomes the part of that name, or nothing; what parts hold is not looked at again.
std::string filled(std::string_view text, const Parts& parts);

}  // namespace dlis
