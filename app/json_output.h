// Objects of JSON, one a line, to stdout.
#pragma once
#include <nlohmann/json.hpp>

#include "output.h"

namespace dlis::app {

using Json = nlohmann::ordered_json;

inline void print_line(const Json& object) {
  print(object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace dlis::app
