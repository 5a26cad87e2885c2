// What lies where in a value's memory: for copying it, or some of its rows, from side to side.
#pragma once
#include <optional>

#include "dlis/compute/row.h"

namespace dlis {

// The view's bytes, each once, in runs.
std::vector<ByteRows> byte_rows(const DeviceView& view);

// The rows that two views of NCHW axes have in common, perhaps none of them (an extent of 0), where
// both are rows of one value; nothing where it cannot be told.
std::optional<DeviceView> common_rows(const DeviceView& a, const DeviceView& b);

}  // namespace dlis
