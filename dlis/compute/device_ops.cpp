// Collects the rows of each device's operators.inc.
#include "dlis/compute/device_ops.h"

namespace dlis {

#ifdef DLIS_WITH_OPENCL
namespace opencl_nn {
#define DLIS_ROW(name) extern const OpRow name##_row;
#include "dlis/compute/opencl/operators.inc"
#undef DLIS_ROW
}  // namespace opencl_nn
#endif

std::span<const OpRow* const> device_op_rows() {
  static constexpr const OpRow* kRows[] = {
#ifdef DLIS_WITH_OPENCL
#define DLIS_ROW(name) &opencl_nn::name##_row,
#include "dlis/compute/opencl/operators.inc"
#undef DLIS_ROW
#endif
      nullptr};
  return {kRows, std::size(kRows) - 1};
}

const OpRow* find_device_op_row(std::string_view op, std::string_view device) {
  for (const OpRow* row : device_op_rows())
    if (op == row->name && device == row->device) return row;
  return nullptr;
}

}  // namespace dlis
