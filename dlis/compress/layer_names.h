// Layers that a parameter picks by their names: `keep=REGEX`.
#pragma once
#include <regex>
#include <span>
#include <string>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// Of something that layers share, such as a weight or a group of channels: it is picked where one
// of them is.
using LayerNames = std::vector<std::string>;

// An ECMAScript expression. Errors: it is none, quoted; `parameter` is where it stands.
Result<std::regex> parse_expression(const std::string& text, const char* parameter);

bool is_found(const std::regex& expression, const LayerNames& names);

// Whether each is picked by `keep`; by an empty one none. Errors: no expression.
Result<std::vector<bool>> kept_of(std::span<const LayerNames> things, const std::string& keep);

}  // namespace dlis
