// A worker's copy of the input that a task of an indirect GEMM needs.
#pragma once
#include "dlis/compute/conv/gemm_cut.h"

namespace dlis {

// Where pixels of a value lie; strides in bytes.
struct Pixels {
  std::byte* data = nullptr;
  std::int64_t image = 0, row = 0, pixel = 0;
  std::byte* at(std::int64_t n, std::int64_t p, std::int64_t q) const {
    return data + n * image + p * row + q * pixel;
  }
};

template <class AnyView>
Pixels pixels_of(const AnyView& v, std::int64_t channel) {
  const auto size = std::int64_t(size_of(v.type));
  auto* data = const_cast<std::byte*>(v.data) + channel * size;
  return {data, v.strides[0] * size, v.strides[2] * size, v.strides[3] * size};
}

// Rows with their padding, or a flat stretch of pixels, as wide as the kernels want the elements.
class GemmBand {
 public:
  // `x` is at the first channel of the task's group.
  GemmBand(const ConvProblem& p, const GemmCut& cut, const PackedPanels& packed, const Pixels& x)
      : p_(p),
        cut_(cut),
        x_(x),
        word_(packed.word()),
        channels_(p.c / p.groups),
        filled_(packed.whole_rows() ? channels_ : packed.words() * word_.elements),
        ends_(kernel_ends(p)) {}

  // Writes cut.band_image bytes for each image of the task.
  void fill(const GemmTask& task, std::byte* band) const;

 private:
  void copy_rows(const GemmTask& task, std::int64_t n, std::byte* to) const;
  void copy_flat(const GemmTask& task, std::byte* to) const;
  void copy_pixels(const std::byte* from, std::int64_t count, std::byte* to) const;
  void copy_small_pixels(const std::byte* from, std::int64_t count, std::int64_t bytes,
                         std::byte* to) const;
  void copy_large_pixels(const std::byte* from, std::int64_t count, std::int64_t bytes,
                         std::byte* to) const;
  void widen_pixels(const std::byte* from, std::int64_t count, std::byte* to) const;
  template <class Narrow, class Wide, class F>
  void widen_pixels(const std::byte* from, std::int64_t count, std::byte* to, F wide) const;
  void pad(std::byte* to, std::int64_t bytes) const;

  const ConvProblem& p_;
  const GemmCut& cut_;
  const Pixels& x_;
  WordLayout word_;
  std::int64_t channels_, filled_;  // of a pixel, as they are and with what fills up its last word
  KernelEnds ends_;
};

}  // namespace dlis
