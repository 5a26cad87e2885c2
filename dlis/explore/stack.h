// One choice per layer, as text: `resnet20 | none | csr | auto/dynamic:chunk=2 | cpu:2`.
#pragma once
#include "dlis/compress/technique.h"

namespace dlis {

struct Stack {
  std::string model;             // a row or a file, with its `?mean=...` part
  std::vector<Choice> compress;  // a chain; `none` alone for nothing
  std::string format = "auto";
  std::string compute = "auto";
  Choice schedule{"static", {}};
  std::string device = "cpu";
  int threads = 1;  // CPU workers
  friend bool operator==(const Stack&, const Stack&) = default;
};

// parse_stack(text_of(s)) == s. Errors quote the offending part and the nearest names.
std::string text_of(const Stack& stack);
Result<Stack> parse_stack(std::string_view text);
Status check_names(const Stack& stack);  // every name is a row of its list or auto

}  // namespace dlis
