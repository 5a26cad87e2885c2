// The cases of nn_test: operator, attributes, shapes, and what the values may be.
#pragma once
#include <string>
#include <vector>

#include "dlis/format/attributes.h"
#include "dlis/format/dtype.h"
#include "dlis/format/shape.h"

namespace dlis {

struct Listed {
  const char* op;
  std::vector<Shape> inputs;
  std::vector<std::pair<std::string, Attribute>> attributes = {};
  double low = -3, high = 3;  // values are uniform in between
  DType from = DType::f32, to = DType::f32;
};

const std::vector<Listed>& elementwise_cases();
const std::vector<Listed>& movement_cases();
const std::vector<Listed>& window_cases();
const std::vector<Listed>& sum_cases();

}  // namespace dlis
