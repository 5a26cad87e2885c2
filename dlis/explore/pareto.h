// Which stacks no other beats in everything.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "dlis/explore/record.h"

namespace dlis {

// Indices, in order, of the records on the front over top1 (up), median_ms and peak_bytes (down):
// those for which no other is at least as good in all three and better in one. Refused records are
// left out, and so are records without a value that others have; a criterion that no record has
// (top1 where there were no labels) does not count.
std::vector<std::size_t> pareto_front(std::span<const Record> records);

}  // namespace dlis
