// Options back into the words that set them.
#include "dlis/explore/command.h"

#include <fmt/format.h>

#include "dlis/base/text.h"

namespace dlis {

std::vector<std::string> words_of(const EvaluateOptions& options) {
  const EvaluateOptions usual;
  std::vector<std::string> words;
  const auto add = [&](const char* option, std::string value) {
    words.insert(words.end(), {option, std::move(value)});
  };
  if (!options.data.empty()) add("--data", options.data);
  if (options.seconds != usual.seconds) add("--seconds", fmt::format("{}", options.seconds));
  if (options.images) add("--images", std::to_string(options.images));
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

}  // namespace dlis
