// What the operators' rules share: reading settings, filling in defaults, checked axes and shapes.
#pragma once
#include <fmt/format.h>

#include <initializer_list>

#include "dlis/model/op.h"

namespace dlis::model {

using Folded = Result<std::vector<Tensor>>;

// Import. Constant inputs become attributes of these names, beginning with input `first`; all
// inputs from there on are dropped. An absent input leaves the attribute as it is; "" ignores the
// input.
enum class Kind { ints, reals, real };
struct Setting {
  const char* name;
  Kind kind = Kind::ints;
};
Status take_settings(ImportNode& in, int first, std::initializer_list<Setting> settings);
Status require(const Attributes& attributes, const char* name);
void set_default(Attributes& attributes, const char* name, Attribute value);

// Export. The attribute becomes a constant input of i64 behind the last one and is erased.
void give_ints(ExportNode& out, const char* name);
void erase(Attributes& attributes, std::initializer_list<const char*> names);

// Inference.
inline const Shape& shape_of(const InferContext& context, int input) {
  return *context.inputs[std::size_t(input)]->shape;
}
void set_output(InferContext& context, const Shape& shape, int output = 0);  // with input 0's type
Status check_same_types(const InferContext& context);
Status check_rank(const InferContext& context, int input, int least, int most = kMaxRank);
// Extents are not negative, the rank is one that a Shape can hold.
Result<Shape> make_shape(std::span<const std::int64_t> extents);
// Counted from 0, within the rank; `axes` without repetition, in the given order.
Result<int> resolve_axis(std::int64_t axis, int rank);
Result<Ints> resolve_axes(const Ints& axes, int rank);
inline Ints to_ints(const Shape& shape) { return Ints(shape.begin(), shape.end()); }

// Counting: products end where their type does; a file may claim any shapes.
inline std::int64_t times(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  const bool ends = __builtin_mul_overflow(a, b, &product);
  return ends ? std::numeric_limits<std::int64_t>::max() : product;
}

// Folding.
Tensor expand(const Tensor& tensor, const Shape& shape);  // numpy's broadcasting, materialised
Ints integers_of(const Tensor& tensor);                   // of any integer type, as i64

}  // namespace dlis::model
