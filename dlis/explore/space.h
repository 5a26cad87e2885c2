// The axes of an exploration and their product.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "dlis/explore/stack.h"

namespace dlis {

// The values of each axis as text, as the command takes them. An empty axis has its default alone:
// `none`, `auto`, `auto`, `static`, `cpu`, 1 thread. Models have no default.
struct Space {
  std::vector<std::string> models, compress, format, compute, schedule, device;
  std::vector<int> threads;
};

// Every combination once, in an order that shares prefixes: the model changes slowest, then the
// technique, format, compute, schedule, device, and threads fastest. Threads that the device
// already states (`cpu:2`) win. Names are checked against the lists. Errors: no model; those of
// parse_stack and check_names.
Result<std::vector<Stack>> stacks_of(const Space& space);

}  // namespace dlis
