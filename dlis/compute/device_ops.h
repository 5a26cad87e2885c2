// The operators' rows of devices that have a queue; those of the processor are op_rows().
#pragma once
#include "dlis/compute/row.h"

namespace dlis {

std::span<const OpRow* const> device_op_rows();  // opencl/operators.inc
const OpRow* find_device_op_row(std::string_view op, std::string_view device);  // null: none

}  // namespace dlis
