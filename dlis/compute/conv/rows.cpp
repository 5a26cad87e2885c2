// Collects the rows of algorithms.inc.
#include <string>

#include "dlis/compute/row.h"

namespace dlis {

#define DLIS_ROW(name) extern const ConvRow name##_row;
#include "dlis/compute/conv/algorithms.inc"
#undef DLIS_ROW

std::span<const ConvRow* const> conv_rows() {
  static constexpr const ConvRow* kRows[] = {
#define DLIS_ROW(name) &name##_row,
#include "dlis/compute/conv/algorithms.inc"
#undef DLIS_ROW
  };
  return kRows;
}

Verdict accepts(const ConvRow& row, const ConvProblem& problem) {
  const int m = problem.winograd;
  if (m != 0 && row.winograd != m && row.winograd != kAnyWinograd)
    return refuse("its weights live in the Winograd domain of tiles of " + std::to_string(m) + "x" +
                  std::to_string(m) + " outputs");
  return row.accepts(problem);
}

const ConvRow* find_conv_row(std::string_view name) {
  for (const ConvRow* row : conv_rows())
    if (name == row->name) return row;
  return nullptr;
}

}  // namespace dlis
