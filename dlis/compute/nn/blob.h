// Packed parameters of a row: plain structs and arrays in one block, written once at plan time.
#pragma once
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "dlis/compute/row.h"

namespace dlis::nn {

// Grows at plan time; every part is aligned to 64 bytes from the start.
class Blob {
 public:
  template <class T>
  std::size_t add(std::span<const T> values) {  // gives the part's offset in bytes
    static_assert(std::is_trivially_copyable_v<T>);
    const std::size_t at = (bytes_.size() + 63) / 64 * 64;
    bytes_.resize(at + values.size_bytes());
    if (!values.empty()) std::memcpy(bytes_.data() + at, values.data(), values.size_bytes());
    return at;
  }
  template <class T>
  std::size_t add(const T& value) {
    return add(std::span<const T>(&value, 1));
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

template <class T>
const T* part(const std::byte* packed, std::size_t offset = 0) {
  return reinterpret_cast<const T*>(packed + offset);
}

// The functions of a row whose packed parameters `build` makes.
using Build = Blob (*)(const OpProblem&);
template <Build build>
std::size_t packed_bytes(const OpProblem& problem, const Encoded*) {
  return build(problem).bytes().size();
}
template <Build build>
void pack(const OpProblem& problem, const Encoded*, const float*, std::byte* packed) {
  const Blob blob = build(problem);
  std::memcpy(packed, blob.bytes().data(), blob.bytes().size());
}

inline std::size_t no_scratch(const OpProblem&) { return 0; }
inline int one_phase(const OpProblem&) { return 1; }

// Input i of a run: the constant where the plan knows it, else the caller's view.
inline ConstView input(const OpProblem& problem, const Call& call, std::size_t i) {
  if (i < problem.constants.size() && problem.constants[i].has_value())
    return problem.constants[i].view();
  return call.inputs[i];
}
inline bool is_constant(const OpProblem& problem, std::size_t i) {
  return i < problem.constants.size() && problem.constants[i].has_value();
}

// How input i lies: a constant is row-major, whatever the plan says of its value.
inline TensorDesc input_desc(const OpProblem& problem, std::size_t i) {
  if (!is_constant(problem, i)) return problem.inputs[i];
  const Tensor& tensor = problem.constants[i];
  return {tensor.type(), tensor.shape(), row_major_strides(tensor.shape())};
}

// Refusals that many rows share.
Verdict needs_f32(const OpProblem& problem);  // all inputs and outputs
Verdict needs_inputs(const OpProblem& problem, std::size_t least, std::size_t most);
Verdict needs_equal_types(const OpProblem& problem);  // output 0 as input 0
Verdict both(Verdict a, Verdict b);                   // the first refusal

}  // namespace dlis::nn
