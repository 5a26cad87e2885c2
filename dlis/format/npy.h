// numpy's .npy files: one tensor each.
#pragma once
#include <filesystem>
#include <span>

#include "dlis/format/tensor.h"

namespace dlis {

// Versions 1 to 3, little-endian f4, f8 (narrowed to f32), f2, i1, u1, i4, i8 and bool (as u8);
// row-major or Fortran order. Errors: missing, truncated, not a .npy file, other element types,
// more than 8 axes.
Result<Tensor> load_npy(const std::filesystem::path& file);
Result<Tensor> parse_npy(std::span<const std::byte> bytes);

// Version 1.0, row-major; bf16, which numpy does not have, is written as f32. Atomic.
Status save_npy(const Tensor& tensor, const std::filesystem::path& file);
std::string serialise_npy(const Tensor& tensor);

}  // namespace dlis
