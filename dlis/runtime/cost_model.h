// What a layer should cost, without measuring it: for plans that must be made at once.
#pragma once
#include <cstddef>

#include "dlis/compute/row.h"

namespace dlis {

// Milliseconds of a row on a problem by this machine's nominal roofline: the larger of its
// arithmetic (the row's own count of it where it has one) and its bytes, of which the weights come
// from memory where they are cold and else from the cache. Meant to rank rows, not to predict.
double estimated_ms(const ConvRow& row, const ConvProblem& problem, std::size_t packed_bytes,
                    bool cold);

}  // namespace dlis
