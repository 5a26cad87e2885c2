// Collects the rows of operators.inc.
#include "dlis/compute/nn/operators.h"

namespace dlis {
namespace {

constexpr const OpRow* kRows[] = {
#define DLIS_ROW(name) &nn::name##_row,
#include "dlis/compute/nn/operators.inc"
#undef DLIS_ROW
};

}  // namespace

std::span<const OpRow* const> op_rows() { return kRows; }

const OpRow* find_op_row(std::string_view op) {
  for (const OpRow* row : kRows)
    if (op == row->name) return row;
  return nullptr;
}

}  // namespace dlis
