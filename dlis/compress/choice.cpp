// `name:key=value` as text.
#include <fmt/format.h>

#include "dlis/base/text.h"
#include "dlis/compress/technique.h"

namespace dlis {
namespace {

constexpr std::string_view kNotInNames = ":,+|=/ \t\r\n\f\v";
constexpr std::string_view kNotInValues = ":,+| \t\r\n\f\v";

// A word without any of `forbidden`, or an error that quotes the word and its place.
Status check_word(std::string_view word, std::string_view forbidden, const char* what,
                  std::string_view whole) {
  const std::string where = fmt::format("'{}'", whole.substr(0, 80));
  constexpr const char* kForm = "write name:key=value, for example weight_prune:zeros=0.9";
  if (word.empty()) return fail(fmt::format("a {} is empty", what), where, kForm);
  if (const std::size_t at = word.find_first_of(forbidden); at != std::string_view::npos)
    return fail(fmt::format("the {} '{}' holds '{}'", what, word.substr(0, 60), word[at]), where,
                kForm);
  return {};
}

}  // namespace

std::string text_of(const Choice& choice) {
  std::string text = choice.name;
  for (const auto& [key, value] : choice.parameters) text += fmt::format(":{}={}", key, value);
  return text;
}

Result<Choice> parse_choice(std::string_view text) {
  Choice choice;
  bool first = true;
  for (const std::string_view part : split(text, ':')) {
    if (first) {
      DLIS_TRY(check_word(part, kNotInNames, "name", text));
      choice.name = part;
      first = false;
      continue;
    }
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos)
      return fail(fmt::format("the parameter '{}' has no value", part.substr(0, 60)),
                  fmt::format("'{}'", text.substr(0, 80)), "write name:key=value");
    const std::string_view key = part.substr(0, equals), value = part.substr(equals + 1);
    DLIS_TRY(check_word(key, kNotInNames, "parameter's name", text));
    DLIS_TRY(check_word(value, kNotInValues, "parameter's value", text));
    if (!choice.parameters.emplace(key, value).second)
      return fail(fmt::format("the parameter '{}' is given twice", key),
                  fmt::format("'{}'", text.substr(0, 80)), "give it once");
  }
  return choice;
}

}  // namespace dlis
