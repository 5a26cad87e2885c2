// What is wrong with a row on a case, in words; empty: nothing.
#pragma once
#include <string>

#include "dlis/compute/nn/nn_case.h"
#include "dlis/compute/nn/nn_cases.h"

namespace dlis {

// In all orders of memory, on all ISAs of this machine, for several numbers of workers.
std::string judge(const OpRow& row, const Listed& listed, DType from = DType::f32);
std::string judge(const OpRow& row, const Listed& listed, DType from, DType to);
std::string judge_gather(const Shape& data, const Shape& indices, int axis, DType type);
std::string judge_in_place(const std::string& op);

}  // namespace dlis
