// The rows of operators.inc, declared.
#pragma once
#include "dlis/compute/row.h"

namespace dlis::nn {

#define DLIS_ROW(name) extern const OpRow name##_row;
#include "dlis/compute/nn/operators.inc"
#undef DLIS_ROW

}  // namespace dlis::nn
