// Which of a row's two shapes the device takes, and how it is cut: measured once and kept.
#pragma once
#include <functional>
#include <string>

#include "dlis/compute/row.h"

namespace dlis {

struct OpenClShape {
  bool gpu = false;  // items of a group share local memory and wait for each other; else an item is
                     // a core's share of the work and local memory a part of its cache
  std::size_t local_bytes = 0;  // of a group
};
// Of the device at hand; of none: the shape for CPU devices.
const OpenClShape& opencl_shape();

// Of the ways 0 to `ways` - 1 to compute one problem the one to take: for a large problem the
// fastest, known from the user's cache folder or measured now (each runs a few times, `enqueue` is
// called for each), else 0. `row` is the row's name and version. Which way is taken changes no bit
// of the result. Errors: what the driver says.
Result<std::size_t> fastest_way(const std::string& row, const ConvProblem& problem,
                                const DeviceCall& call, std::size_t ways,
                                const std::function<Status(std::size_t way)>& enqueue);

}  // namespace dlis
