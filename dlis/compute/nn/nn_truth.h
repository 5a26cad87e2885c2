// What every operator means, in obvious loops over doubles: the oracle of nn_test.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dlis/format/attributes.h"
#include "dlis/format/shape.h"

namespace dlis::truth {

using Index = std::vector<std::int64_t>;

// Values in row-major order.
struct Array {
  Index shape;
  std::vector<double> values;

  Array() = default;
  explicit Array(Index extents) : shape(std::move(extents)) { values.resize(std::size_t(count())); }
  std::int64_t count() const {
    std::int64_t n = 1;
    for (auto extent : shape) n *= extent;
    return n;
  }
  double& at(const Index& index) {
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) offset = offset * shape[i] + index[i];
    return values[std::size_t(offset)];
  }
  double at(const Index& index) const { return const_cast<Array*>(this)->at(index); }
  // As numpy broadcasts it: leading axes may be missing, extents of 1 repeat.
  double spread(const Index& index) const {
    Index own(index.end() - std::ptrdiff_t(shape.size()), index.end());
    for (std::size_t i = 0; i < shape.size(); ++i)
      if (shape[i] == 1) own[i] = 0;
    return at(own);
  }
};

// Calls f with every index of a shape, in row-major order.
inline void for_index(const Index& shape, const std::function<void(const Index&)>& f) {
  const std::int64_t count = Array(shape).count();
  Index index(shape.size(), 0);
  for (std::int64_t n = 0; n < count; ++n) {
    f(index);
    for (std::size_t i = shape.size(); i-- > 0;) {
      if (++index[i] < shape[i]) break;
      index[i] = 0;
    }
  }
}

using Inputs = std::vector<Array>;
using Outputs = std::vector<Array>;
using Function = Outputs (*)(const Attributes&, const Inputs&);
using Functions = std::map<std::string, Function>;

// Each adds the operators of its file.
void add_elementwise(Functions& functions);
void add_movement(Functions& functions);
void add_windows(Functions& functions);
void add_sums(Functions& functions);
const Functions& functions();

}  // namespace dlis::truth
