// Tensors as memory that numpy sees, without copies.
#include "network.h"

namespace dlis::python {
namespace {

// As the struct module and numpy write types; numpy has no bf16, so its bits.
const char* format_of(DType type) {
  switch (type) {
    case DType::f32:
      return "f";
    case DType::f16:
      return "e";
    case DType::bf16:
      return "H";
    case DType::i8:
      return "b";
    case DType::u8:
      return "B";
    case DType::i32:
      return "i";
    case DType::i64:
      return "q";
  }
  return "B";
}

// Read-only: the bytes may be a network's.
py::buffer_info bytes_of_tensor(const Tensor& tensor) {
  std::vector<py::ssize_t> shape, strides;
  const Shape steps = row_major_strides(tensor.shape());
  const auto size = py::ssize_t(size_of(tensor.type()));
  for (int axis = 0; axis < tensor.shape().rank(); ++axis) {
    shape.push_back(py::ssize_t(tensor.shape()[axis]));
    strides.push_back(py::ssize_t(steps[axis]) * size);
  }
  return {const_cast<std::byte*>(tensor.data()),
          size,
          format_of(tensor.type()),
          py::ssize_t(shape.size()),
          shape,
          strides,
          true};
}

}  // namespace

std::pair<Tensor, std::vector<std::int32_t>> images_of(const Graph& graph,
                                                       const std::string& spec) {
  return without_lock([&]() -> Result<std::pair<Tensor, std::vector<std::int32_t>>> {
    const Preprocessing how = DLIS_TRY(preprocessing_of(graph.metadata));
    const Dataset data = DLIS_TRY(load_dataset(spec, graph));
    std::vector<Tensor> inputs = batch_of(data, how, 0, data.size());
    if (inputs.size() != 1)
      return fail("these are examples of several inputs", spec, "read its .npy files with numpy");
    return std::pair(std::move(inputs.front()), data.labels);
  });
}

void add_tensor(py::module_& m) {
  py::class_<Tensor>(m, "Tensor", py::buffer_protocol()).def_buffer(bytes_of_tensor);
}

}  // namespace dlis::python
