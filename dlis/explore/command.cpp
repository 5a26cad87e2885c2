// Options into the words that set them, and back.
#include "dlis/explore/command.h"

#include <fmt/format.h>

#include <type_traits>

#include "dlis/base/text.h"

namespace dlis {
namespace {

// What a POSIX shell makes of a line that `shell_word` put together.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false, quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == ' ' && !quoted) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (c == '\'')
      quoted = !quoted;
    else if (c == '\\' && !quoted && i + 1 < line.size())
      words.back() += line[++i];
    else
      words.back() += c;
  }
  return words;
}

Status set(EvaluateOptions& options, const std::string& name, const std::string& value) {
  const auto integer = [&](auto& to) -> Status {
    to = std::remove_reference_t<decltype(to)>(DLIS_TRY(parse_integer(value, name)));
    return {};
  };
  if (name == "--images") return integer(options.images);
  if (name == "--batch") return integer(options.model.batch);
  if (name == "--seed") return integer(options.model.seed);
  if (name == "--memory") return integer(options.memory_bytes);
  if (name == "--data")
    options.data = value;
  else if (name == "--seconds")
    options.seconds = DLIS_TRY(parse_real(value, name));
  else if (name == "--shape")
    options.model.shapes.insert(DLIS_TRY(parse_shape(value)));
  else if (name == "--tune")
    options.tune = DLIS_TRY(parse_tune(value));
  else if (name == "--target")
    options.target.name = value;
  else if (name == "--runner")
    options.target.runner = value;
  else
    return fail(fmt::format("`dlis evaluate` has no option '{}' in this version", name));
  return {};
}

}  // namespace

std::vector<std::string> words_of(const EvaluateOptions& options) {
  const EvaluateOptions usual;
  std::vector<std::string> words;
  const auto add = [&](const char* option, std::string value) {
    words.insert(words.end(), {option, std::move(value)});
  };
  const bool has_data = !options.data.empty();
  if (has_data) add("--data", options.data);
  if (options.seconds != usual.seconds) add("--seconds", fmt::format("{}", options.seconds));
  if (options.images && has_data) add("--images", std::to_string(options.images));
  if (options.model.batch != usual.model.batch) add("--batch", std::to_string(options.model.batch));
  for (const auto& [input, shape] : options.model.shapes)
    add("--shape", input + "=" + shape.text());
  if (options.model.seed != usual.model.seed) add("--seed", std::to_string(options.model.seed));
  if (options.tune != usual.tune) add("--tune", std::string(name_of(options.tune)));
  if (options.memory_bytes) add("--memory", std::to_string(options.memory_bytes));
  if (!options.target.name.empty()) add("--target", options.target.name);
  if (!options.target.runner.empty()) add("--runner", options.target.runner.string());
  if (options.target.accuracy_here) words.push_back("--accuracy-here");
  return words;
}

std::string command_of(const Stack& stack, const EvaluateOptions& options) {
  std::string command = "dlis evaluate " + shell_word(text_of(stack));
  for (const std::string& word : words_of(options)) command += " " + shell_word(word);
  return command;
}

Result<Asked> parse_command(std::string_view command) {
  const auto words = shell_words(command);
  if (words.size() < 3 || words[0] != "dlis" || words[1] != "evaluate")
    return fail("this is not a command that measures a stack", std::string(command));
  Asked asked;
  asked.stack = DLIS_TRY(parse_stack(words[2]));
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (words[i] == "--accuracy-here") {
      asked.options.target.accuracy_here = true;
      continue;
    }
    if (i + 1 == words.size()) return fail(fmt::format("'{}' has no value", words[i]));
    DLIS_TRY(set(asked.options, words[i], words[i + 1]));
    ++i;
  }
  return asked;
}

}  // namespace dlis
