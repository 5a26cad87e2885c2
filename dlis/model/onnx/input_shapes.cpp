// Settling the sizes of a model's inputs: symbolic ones from the options, or an error that asks.
#include "dlis/model/onnx/input_shapes.h"

#include <fmt/format.h>

#include "dlis/base/text.h"
#include "dlis/model/onnx/tensor_proto.h"

namespace dlis {
namespace {

using Dimension = onnx::TensorShapeProto_Dimension;

bool has_size(const Dimension& dimension) {
  return dimension.has_dim_value() && dimension.dim_value() >= 0;
}

std::string where(const std::string& input) { return fmt::format("input '{}'", input); }

struct Settling {
  const LoadOptions& options;
  std::map<std::string, std::int64_t> symbols;
  InputShapes settled;
};

// "n" names its axis; an axis without a name is known by its number.
std::string label(const Dimension& dimension, int axis) {
  return dimension.has_dim_param() && !dimension.dim_param().empty() ? dimension.dim_param()
                                                                     : fmt::format("axis {}", axis);
}

Status bind(Settling& s, const Dimension& dimension, std::int64_t size, const std::string& input) {
  if (!dimension.has_dim_param() || dimension.dim_param().empty()) return {};
  const auto [at, added] = s.symbols.emplace(dimension.dim_param(), size);
  if (added || at->second == size) return {};
  return fail(
      fmt::format("the symbol '{}' would have two sizes, {} and {}", at->first, at->second, size),
      where(input), "give the inputs that share it shapes that agree");
}

// Takes a shape from the options: it must fit what the model states.
Status take_given(Settling& s, const onnx::TensorShapeProto& declared, const Shape& shape,
                  const std::string& input) {
  const bool fits = declared.dim_size() == shape.rank();
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] < 1)
      return fail(fmt::format("the given shape {} has a size below 1", shape.text()), where(input));
    if (!fits) continue;
    const Dimension& dimension = declared.dim(axis);
    if (has_size(dimension) && dimension.dim_value() != shape[axis])
      return fail(fmt::format("the given shape {} does not fit: the model fixes axis {} to {}",
                              shape.text(), axis, dimension.dim_value()),
                  where(input));
    DLIS_TRY(bind(s, dimension, shape[axis], input));
  }
  if (fits) return {};
  return fail(fmt::format("the given shape {} has {} axes, the model's has {}", shape.text(),
                          shape.rank(), declared.dim_size()),
              where(input));
}

// Binds what the options give before any symbol is looked up, so that the order does not matter.
Status bind_given(Settling& s, const onnx::GraphProto& graph) {
  for (const auto& [name, shape] : s.options.shapes) {
    std::vector<std::string> names;
    const onnx::ValueInfoProto* found = nullptr;
    for (const auto& input : graph.input()) {
      names.push_back(input.name());
      if (input.name() == name) found = &input;
    }
    if (!found) return tl::unexpected(unknown_name("input", name, names));
    const auto& type = found->type().tensor_type();
    if (type.has_shape()) DLIS_TRY(take_given(s, type.shape(), shape, name));
  }
  return {};
}

// The first axis of any input that is symbolic is the batch.
Status bind_batch(Settling& s, const onnx::GraphProto& graph,
                  const std::unordered_set<std::string>& given) {
  if (s.options.batch < 1) return fail(fmt::format("a batch of {} is below 1", s.options.batch));
  for (const auto& input : graph.input()) {
    const auto& shape = input.type().tensor_type().shape();
    if (given.count(input.name()) || shape.dim_size() == 0 || has_size(shape.dim(0))) continue;
    const Dimension& first = shape.dim(0);
    if (s.settled.batch_symbol.empty())
      s.settled.batch_symbol = first.dim_param().empty() ? "n" : first.dim_param();
    if (!first.dim_param().empty()) s.symbols.emplace(first.dim_param(), s.options.batch);
  }
  return {};
}

Result<Shape> settle(Settling& s, const onnx::ValueInfoProto& input) {
  const auto given = s.options.shapes.find(input.name());
  if (given != s.options.shapes.end()) return given->second;
  const auto& type = input.type().tensor_type();
  if (!type.has_shape())
    return fail("it has no shape", where(input.name()),
                fmt::format("give one: --shape {}=1x3x224x224", input.name()));
  google::protobuf::RepeatedField<google::protobuf::int64> dims;
  std::vector<std::string> missing, pattern;
  for (int axis = 0; axis < type.shape().dim_size(); ++axis) {
    const Dimension& dimension = type.shape().dim(axis);
    const auto symbol = s.symbols.find(dimension.dim_param());
    const bool bound = dimension.has_dim_param() && symbol != s.symbols.end();
    if (!has_size(dimension) && !bound && axis != 0) {
      missing.push_back(label(dimension, axis));
      pattern.push_back("SIZE");
      continue;
    }
    dims.Add(has_size(dimension) ? dimension.dim_value()
             : bound             ? symbol->second
                                 : s.options.batch);
    pattern.push_back(std::to_string(dims.Get(dims.size() - 1)));
  }
  if (missing.empty()) return shape_of(dims);
  return fail(fmt::format("it has no size for {}", join(missing, ", ")), where(input.name()),
              fmt::format("give one: --shape {}={}", input.name(), join(pattern, "x")));
}

Result<InputShape> settle_input(Settling& s, const onnx::ValueInfoProto& input) {
  if (!input.type().has_tensor_type())
    return fail("it is not a tensor (sequences, maps and optionals are not supported)",
                where(input.name()));
  Result<DType> type = dtype_of(input.type().tensor_type().elem_type());
  if (!type) return fail(type.error().what, where(input.name()));
  Result<Shape> shape = settle(s, input);
  if (!shape && shape.error().where.empty()) shape.error().where = where(input.name());
  Shape known = DLIS_TRY(std::move(shape));
  return InputShape{input.name(), *type, std::move(known)};
}

}  // namespace

Result<InputShapes> settle_inputs(const onnx::GraphProto& graph,
                                  const std::unordered_set<std::string>& given,
                                  const LoadOptions& options) {
  Settling s{options, {}, {}};
  DLIS_TRY(bind_given(s, graph));
  DLIS_TRY(bind_batch(s, graph, given));
  for (const auto& input : graph.input()) {
    if (given.count(input.name())) continue;
    s.settled.inputs.push_back(DLIS_TRY(settle_input(s, input)));
  }
  return std::move(s.settled);
}

}  // namespace dlis
