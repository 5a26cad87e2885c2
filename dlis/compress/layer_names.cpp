// Finds expressions in names.
#include "dlis/compress/layer_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"

namespace dlis {

// std::regex takes stack for each letter of an expression and of a name: 100,000 were too many.
constexpr std::size_t kMostLetters = 1000;

// libstdc++'s own search tries every way to match: ((x*)*)*z takes forever in 40 x.
#ifdef __GLIBCXX__
constexpr auto kSyntax = std::regex::ECMAScript | std::regex_constants::__polynomial;
#else
constexpr auto kSyntax = std::regex::ECMAScript;
#endif

Result<std::regex> parse_expression(const std::string& text, const char* parameter) {
  if (text.size() > kMostLetters)
    return fail(fmt::format("an expression of {} letters is too long", text.size()), parameter,
                fmt::format("write one of at most {}", kMostLetters));
  try {
    return std::regex(text, kSyntax);
  } catch (const std::regex_error&) {
    return fail(fmt::format("'{}' is no regular expression", text.substr(0, 80)), parameter,
                "write one such as ^layer[12]");
  }
}

bool is_found(const std::regex& expression, const LayerNames& names) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    const auto most = std::ptrdiff_t(std::min(name.size(), kMostLetters));
    return std::regex_search(name.begin(), name.begin() + most, expression);
  });
}

Result<std::vector<bool>> kept_of(std::span<const LayerNames> things, const std::string& keep) {
  std::vector<bool> kept(things.size());
  if (keep.empty()) return kept;
  const std::regex expression = DLIS_TRY(parse_expression(keep, "keep"));
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = is_found(expression, things[i]);
  return kept;
}

namespace {

// `text` is an expression, the last '=' in it, and a share.
Result<LayerShare> parse_layer_share(const std::string& text, double share) {
  const std::string expression = text.substr(0, text.rfind('='));
  if (share < 0 || share > 1)
    return fail(fmt::format("the share {} of '{}' is not from 0 to 1", share, expression),
                "layers");
  auto pattern = DLIS_TRY(parse_expression(expression, "layers"));
  return LayerShare{expression, std::move(pattern), share};
}

}  // namespace

Result<std::vector<LayerShare>> parse_layer_shares(const std::string& text) {
  std::vector<LayerShare> shares;
  if (text == "none") return shares;
  std::string open;  // what lies behind the last share
  for (const std::string_view part : split(text, '/')) {
    open += part;
    const std::size_t equals = open.rfind('=');
    const auto share = parse_real(equals == std::string::npos ? "" : open.substr(equals + 1));
    if (share && equals > 0) {
      shares.push_back(DLIS_TRY(parse_layer_share(open, *share)));
      open.clear();
    } else {
      open += '/';
    }
  }
  if (open.empty()) return shares;
  open.pop_back();
  return fail(fmt::format("'{}' is no expression with its share", open.substr(0, 80)), "layers",
              "write layers=" DLIS_LAYERS_FORM);
}

Result<std::vector<std::optional<double>>> shares_of(std::span<const LayerNames> things,
                                                     std::span<const LayerShare> shares) {
  std::vector<std::optional<double>> own(things.size());
  for (const LayerShare& share : shares) {
    bool any = false;
    for (std::size_t i = 0; i < things.size(); ++i) {
      const bool found = is_found(share.expression, things[i]);
      any |= found;
      if (found && !own[i]) own[i] = share.share;
    }
    if (!any)
      return fail(
          fmt::format("'{}' is found in the name of no layer that this can take", share.text),
          "layers", "dlis show MODEL prints the names");
  }
  return own;
}

}  // namespace dlis
