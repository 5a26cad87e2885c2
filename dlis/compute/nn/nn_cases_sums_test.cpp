// Cases of reductions, softmax and products of matrices.
#include "dlis/compute/nn/nn_cases.h"

namespace dlis {
namespace {

std::pair<std::string, Attribute> axes(Ints values) { return {"axes", values}; }
std::pair<std::string, Attribute> number(const char* name, std::int64_t value) {
  return {name, value};
}
std::pair<std::string, Attribute> real(const char* name, float value) { return {name, value}; }

}  // namespace

const std::vector<Listed>& sum_cases() {
  static const std::vector<Listed> cases = {
      {"ReduceMean", {{2, 13, 5, 7}}, {axes({2, 3}), number("keepdims", 1)}},
      {"ReduceMean", {{2, 13, 5, 7}}, {axes({1}), number("keepdims", 0)}},
      {"ReduceMean", {{2, 13, 5, 7}}, {axes({}), number("keepdims", 0)}},
      {"ReduceMean", {{3, 4, 5}}, {axes({}), number("noop_with_empty_axes", 1)}},
      {"ReduceMean", {{5, 900}}, {axes({1}), number("keepdims", 1)}},
      {"ReduceMean", {{300, 70}}, {axes({0}), number("keepdims", 0)}},
      {"ReduceSum", {{2, 3, 4, 5, 6}}, {axes({1, 3}), number("keepdims", 0)}},
      {"ReduceSum", {{2, 3000}}, {axes({1}), number("keepdims", 0)}},
      {"ReduceMax", {{2, 13, 5, 7}}, {axes({0, 2}), number("keepdims", 1)}},
      {"ReduceMax", {{40, 19}}, {axes({1}), number("keepdims", 0)}, -9, -1},
      {"Softmax", {{3, 10}}, {number("axis", 1)}},
      {"Softmax", {{2, 1000}}, {number("axis", 1)}, -30, 30},
      {"Softmax", {{2, 21, 4, 5}}, {number("axis", 1)}},
      {"Softmax", {{2, 3, 4, 35}}, {number("axis", 3)}},
      {"Softmax", {{2, 3, 4, 5}}, {number("axis", 2)}},
      {"Softmax", {{2, 3, 4, 5}}, {number("axis", 1), number("coerce", 1)}},
      {"Softmax", {{7}}, {number("axis", 0)}, 900, 1000},
      {"LogSoftmax", {{3, 10}}, {number("axis", 1)}},
      {"LogSoftmax", {{2, 21, 4, 5}}, {number("axis", 1)}, -40, 40},
      {"MatMul", {{3, 5}, {5, 7}}},
      {"MatMul", {{100, 70}, {70, 130}}},
      {"MatMul", {{7, 1200}, {1200, 33}}},
      {"MatMul", {{2, 3, 9, 16}, {2, 3, 16, 40}}},
      {"MatMul", {{2, 1, 9, 16}, {3, 16, 4}}},
      {"MatMul", {{9, 16}, {4, 16, 5}}},
      {"MatMul", {{16}, {16, 5}}},
      {"MatMul", {{3, 5, 16}, {16}}},
      {"MatMul", {{16}, {16}}},
      {"MatMul", {{1, 64}, {64, 320}}},
      {"Gemm", {{13, 20}, {20, 37}}},
      {"Gemm", {{13, 20}, {20, 37}, {37}}, {real("alpha", 0.5f), real("beta", 0.25f)}},
      {"Gemm", {{20, 13}, {37, 20}, {13, 1}}, {number("transA", 1), number("transB", 1)}},
      {"Gemm", {{20, 130}, {20, 37}, {1, 37}}, {number("transA", 1), real("beta", 2)}},
      {"Gemm", {{4, 20}, {37, 20}, Shape{}}, {number("transB", 1)}},
      {"Gemm", {{4, 20}, {37, 20}, {4, 37}}, {number("transB", 1), real("beta", 0)}},
  };
  return cases;
}

}  // namespace dlis
