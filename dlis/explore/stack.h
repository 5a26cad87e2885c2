// One choice per layer, as text: `resnet20 | none | csr | auto/dynamic:chunk=2 | cpu:2`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dlis/compress/technique.h"

namespace dlis {

// One choice per layer.
struct Stack {
  std::string model;                           // a row or a file, with its `?mean=...` part
  std::vector<Choice> compress{{"none", {}}};  // a chain; `none` alone for nothing
  std::string format = "auto";
  std::string compute = "auto";
  Choice schedule{"static", {}};
  std::string device = "cpu";  // `cpu`, `opencl:0`, or a chain: `cpu+opencl:0`
  int threads = 1;             // CPU workers; 1 where no CPU takes part
  friend bool operator==(const Stack&, const Stack&) = default;
};

// parse_stack(text_of(s)) == s for every stack that parse_stack can give. The schedule may be left
// out of the text (`static`), and so may the workers (1). Errors quote the offending part.
std::string text_of(const Stack& stack);
Result<Stack> parse_stack(std::string_view text);

// The five fields alone, as an axis of the explorer has them.
std::string text_of(const std::vector<Choice>& chain);  // `quantise:type=int8 + ...`
Result<std::vector<Choice>> parse_chain(std::string_view text);
std::string device_text(const Stack& stack);  // `cpu:2`
Status parse_device(std::string_view text, Stack& into);

// Every name is a row of its list (or auto), every parameter one that the row takes. Errors give
// the nearest names. A model that looks like a file (it has a '/' or a '.') is not looked for.
Status check_names(const Stack& stack);

}  // namespace dlis
