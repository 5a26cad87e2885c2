// The command that measures a stack again, and what such a command asks for.
#pragma once
#include <string>
#include <vector>

#include "dlis/explore/evaluate.h"

namespace dlis {

// The options of `dlis evaluate` that are not the usual ones, one word each.
std::vector<std::string> words_of(const EvaluateOptions& options);

// `dlis evaluate 'resnet20 | none | auto | auto/static | cpu:2' --data synthetic:9`: with every
// option that is not the usual one.
std::string command_of(const Stack& stack, const EvaluateOptions& options);

// parse_command(command_of(stack, options)) is both again, but for what `dlis evaluate` is not told
// (where its caches lie, its progress). Errors: it is no such command; an option or a value that
// this version does not know.
struct Asked {
  Stack stack;
  EvaluateOptions options;
};
Result<Asked> parse_command(std::string_view command);

}  // namespace dlis
