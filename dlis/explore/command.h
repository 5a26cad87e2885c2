// The command that measures a stack again.
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

}  // namespace dlis
