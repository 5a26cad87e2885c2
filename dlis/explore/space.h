// The axes of an exploration and their product.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "dlis/explore/stack.h"

namespace dlis {

// The values of each axis as text, as the command takes them. An empty axis has its default alone:
// `none`, `auto`, `auto`, `static`, `cpu`, 1 thread. Models have no default; where there is none,
// no axis may have values. `stacks` are whole lines, besides the product.
struct Space {
  std::vector<std::string> models, compress, format, compute, schedule, device;
  std::vector<int> threads;
  std::vector<std::string> stacks;
};

// Every combination once, in an order that shares prefixes: the model changes slowest, then the
// technique, format, compute, schedule, device, and threads fastest; then the whole lines. Threads
// that the device already states (`cpu:2`) win. Names are checked against the lists. Errors:
// neither a model nor a stack, an axis without a model; those of parse_stack and check_names.
Result<std::vector<Stack>> stacks_of(const Space& space);

}  // namespace dlis
