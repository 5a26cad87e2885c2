// Which dlis this is.
#pragma once
#include <string>

namespace dlis {

std::string version();  // "0.1.0"
std::string commit();   // version and, where the build knew it, the commit: "0.1.0-3f2a91c"

}  // namespace dlis
