// Where an element of a row-major tensor lies along one axis.
#pragma once
#include "dlis/format/shape.h"

namespace dlis {

struct AxisIndex {
  std::int64_t inner, extent;
  AxisIndex(const Shape& shape, int axis)
      : inner(row_major_strides(shape)[axis]), extent(shape[axis]) {}
  std::size_t operator()(std::size_t element) const {
    return std::size_t(std::int64_t(element) / inner % extent);
  }
};

}  // namespace dlis
