// Options back into the words that set them.
#include "dlis/explore/command.h"

#include <fmt/format.h>

#include "dlis/base/text.h"

namespace dlis {

std::string command_of(const Stack& stack, const EvaluateOptions& options) {
  const EvaluateOptions usual;
  std::string command = "dlis evaluate " + shell_word(text_of(stack));
  const auto add = [&](const char* option, const std::string& value) {
    command += fmt::format(" {} {}", option, shell_word(value));
  };
  if (!options.data.empty()) add("--data", options.data);
  if (options.seconds != usual.seconds) add("--seconds", fmt::format("{}", options.seconds));
  if (options.images) add("--images", std::to_string(options.images));
  if (options.model.batch != usual.model.batch) add("--batch", std::to_string(options.model.batch));
  for (const auto& [input, shape] : options.model.shapes) {
    std::string sizes;
    for (int axis = 0; axis < shape.rank(); ++axis)
      sizes += fmt::format("{}{}", axis ? "x" : "", shape[axis]);
    add("--shape", input + "=" + sizes);
  }
  if (options.model.seed != usual.model.seed) add("--seed", std::to_string(options.model.seed));
  if (options.tune != usual.tune) add("--tune", std::string(name_of(options.tune)));
  if (options.memory_bytes) add("--memory", std::to_string(options.memory_bytes));
  if (!options.target.name.empty()) add("--target", options.target.name);
  if (!options.target.runner.empty()) add("--runner", options.target.runner.string());
  if (options.target.accuracy_here) command += " --accuracy-here";
  return command;
}

}  // namespace dlis
