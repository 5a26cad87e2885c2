// Layers that the processor and a device compute together.
#pragma once
#include <functional>

#include "dlis/compute/conv/band.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// "dense/opencl_direct:rows=12"; empty where the layer is whole.
std::string text_of(const Split& split);
// For the layer `problem` that `host` computes the other rows of. Errors: not such a text; a row or
// format that this version does not have; a part that its row refuses.
Result<Split> parse_split(const std::string& text, const ConvProblem& problem, const ConvRow& host);

// The last `rows` output rows on `device` in `format`, the others on `host`. Refused where a part
// has no rows, reads padding alone, or is not accepted.
Result<Split> make_split(const ConvProblem& problem, const ConvRow& host, const ConvRow& device,
                         const Format& format, std::int64_t rows);

// What one part reads or writes of a view of the whole: `is_x` of the input, else of the residual
// or the output.
template <class V>
V part_of(const Split& split, bool on_device, const V& view, bool is_x) {
  const ConvProblem& p = on_device ? split.device : split.host;
  if (is_x) return rows_of(view, on_device ? split.device_row : 0, p.h);
  return rows_of(view, on_device ? split.host.p() : 0, p.p());
}

// The number of `total` rows that takes the least time: begins at `first`, asks `time` for
// neighbours at distances that halve, and stops where none is better. `time` gives milliseconds, or
// infinity where that many rows cannot be. Gives 0 where nothing can.
std::int64_t best_rows(std::int64_t total, std::int64_t first,
                       const std::function<double(std::int64_t)>& time);

}  // namespace dlis
