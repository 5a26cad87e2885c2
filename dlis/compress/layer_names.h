// Layers that a parameter picks by their names: `keep=REGEX`, `layers=REGEX=SHARE/REGEX=SHARE`.
#pragma once
#include <optional>
#include <regex>
#include <span>
#include <string>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// Of something that layers share, such as a weight or a group of channels: it is picked where one
// of them is.
using LayerNames = std::vector<std::string>;

// An ECMAScript expression without back references. Errors: it is none, quoted, or has more than
// 1000 letters; `parameter` is where it stands.
Result<std::regex> parse_expression(const std::string& text, const char* parameter);

// In the first 1000 letters of a name.
bool is_found(const std::regex& expression, const LayerNames& names);

// Whether each is picked by `keep`; by an empty one none. Errors: no expression.
Result<std::vector<bool>> kept_of(std::span<const LayerNames> things, const std::string& keep);

#define DLIS_LAYERS_FORM "REGEX=SHARE/REGEX=SHARE"

struct LayerShare {
  std::string text;  // of the expression
  std::regex expression;
  double share = 0;
};
// Shares from 0 to 1; `none`: empty. A name may hold '/' and '=': an expression ends where '=' and
// a number stand in front of the next '/' or the end. Errors: no share, or one out of range.
Result<std::vector<LayerShare>> parse_layer_shares(const std::string& text);

// The share of each by the first expression that picks it; none where no one does. Errors: an
// expression that picks nothing.
Result<std::vector<std::optional<double>>> shares_of(std::span<const LayerNames> things,
                                                     std::span<const LayerShare> shares);

}  // namespace dlis
