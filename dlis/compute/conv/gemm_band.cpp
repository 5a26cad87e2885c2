// Copies pixels with what lies around them, and widens them where kernels want that.
#include "dlis/compute/conv/gemm_band.h"

#include <algorithm>
#include <cstring>

#include "dlis/compute/nn/convert_kernels.h"

namespace dlis {

void GemmBand::fill(const GemmTask& task, std::byte* band) const {
  for (std::int64_t n = task.images.begin; n < task.images.end; ++n, band += cut_.band_image) {
    if (cut_.flat)
      copy_flat(task, band);
    else
      copy_rows(task, n, band);
  }
}

void GemmBand::copy_rows(const GemmTask& task, std::int64_t n, std::byte* to) const {
  const std::int64_t first = task.rows.begin * p_.stride_h - p_.pad_top;
  const std::int64_t last =
      (task.rows.end - 1) * p_.stride_h - p_.pad_top + (p_.r - 1) * p_.dilation_h;
  const std::int64_t in_cols = cut_.band_row / cut_.band_pixel;
  const std::int64_t begin = std::min(p_.pad_left, in_cols);
  const std::int64_t end = std::max(begin, std::min(p_.pad_left + p_.w, in_cols));
  for (std::int64_t h = first; h <= last; ++h, to += cut_.band_row) {
    if (h < 0 || h >= p_.h) {
      pad(to, cut_.band_row);
      continue;
    }
    pad(to, begin * cut_.band_pixel);
    copy_pixels(x_.at(n, h, 0), end - begin, to + begin * cut_.band_pixel);
    pad(to + end * cut_.band_pixel, (in_cols - end) * cut_.band_pixel);
  }
}

// What stands for 0 in x.
void GemmBand::pad(std::byte* to, std::int64_t bytes) const {
  const std::int32_t zero = ends_.x_zero;
  if (p_.integer() && word_.x_bytes == 2)
    std::fill_n(reinterpret_cast<std::int16_t*>(to), bytes / 2, std::int16_t(zero));
  else
    std::memset(to, zero, std::size_t(bytes));
}

void GemmBand::copy_flat(const GemmTask& task, std::byte* to) const {
  std::int64_t t = cut_.pixels(task.rows.begin).begin;
  const std::int64_t end = cut_.pixels(task.rows.end - 1).end;
  while (t < end) {
    const std::int64_t w = t % p_.w, count = std::min(end - t, p_.w - w);
    copy_pixels(x_.at(t / (p_.h * p_.w), t / p_.w % p_.h, w), count, to);
    to += count * cut_.band_pixel;
    t += count;
  }
}

template <class Narrow, class Wide, class F>
void GemmBand::widen_pixels(const std::byte* from, std::int64_t count, std::byte* to,
                            F wide) const {
  const std::int64_t fill = filled_ - channels_;
  std::int64_t channels = channels_;
  if (x_.pixel == channels * std::int64_t(sizeof(Narrow)) &&
      cut_.band_pixel == channels * std::int64_t(sizeof(Wide))) {
    channels *= count;
    count = 1;
  }
  for (; count > 0; --count, from += x_.pixel, to += cut_.band_pixel) {
    const auto* narrow = reinterpret_cast<const Narrow*>(from);
    auto* wider = reinterpret_cast<Wide*>(to);
    wide(narrow, channels, wider);
    std::fill_n(wider + channels, fill, Wide());
  }
}

void GemmBand::widen_pixels(const std::byte* from, std::int64_t count, std::byte* to) const {
  const auto flip = std::uint8_t(ends_.x_flip);
  const auto each = [](auto one) {
    return [one](auto* narrow, std::int64_t n, auto* wider) {
      std::transform(narrow, narrow + n, wider, one);
    };
  };
  if (p_.integer())
    widen_pixels<std::uint8_t, std::int16_t>(
        from, count, to, each([flip](std::uint8_t x) { return std::int16_t(x ^ flip); }));
  else if (p_.type == DType::f16)
    widen_pixels<std::uint16_t, float>(
        from, count, to,
        [read = convert_kernels_for(p_.isa).read_f16](auto* narrow, std::int64_t n, float* wider) {
          read({n, narrow, wider});
        });
  else
    widen_pixels<std::uint16_t, std::uint32_t>(
        from, count, to, each([](std::uint16_t x) { return std::uint32_t(x) << 16; }));
}

void GemmBand::copy_pixels(const std::byte* from, std::int64_t count, std::byte* to) const {
  if (word_.x_bytes != int(size_of(p_.type))) return widen_pixels(from, count, to);
  const std::int64_t bytes = channels_ * std::int64_t(size_of(p_.type));
  if (x_.pixel == bytes && cut_.band_pixel == bytes)
    std::memcpy(to, from, std::size_t(count * bytes));
  else if (bytes <= 8 && bytes < cut_.band_pixel)
    copy_small_pixels(from, count, bytes, to);
  else
    copy_large_pixels(from, count, bytes, to);
  if (ends_.x_flip == 0) return;
  const auto flip = std::uint8_t(ends_.x_flip);
  auto* signed_bytes = reinterpret_cast<std::uint8_t*>(to);
  for (std::int64_t i = 0; i < count * cut_.band_pixel; ++i) signed_bytes[i] ^= flip;
}

// As one number, of which a view lets us read more than the pixel holds.
void GemmBand::copy_small_pixels(const std::byte* from, std::int64_t count, std::int64_t bytes,
                                 std::byte* to) const {
  const std::uint64_t mask = ~std::uint64_t(0) >> (64 - 8 * bytes);
  const auto width = std::size_t(filled_ * word_.x_bytes);
  for (std::int64_t i = 0; i < count; ++i, from += x_.pixel, to += cut_.band_pixel) {
    std::uint64_t pixel;
    std::memcpy(&pixel, from, 8);
    pixel &= mask;
    if (width == 4)
      std::memcpy(to, &pixel, 4);
    else
      std::memcpy(to, &pixel, 8);
  }
}

// What fills up the last word is a number, for a product with 0 to be 0.
void GemmBand::copy_large_pixels(const std::byte* from, std::int64_t count, std::int64_t bytes,
                                 std::byte* to) const {
  const std::int64_t fill = filled_ * word_.x_bytes - bytes;
  for (std::int64_t i = 0; i < count; ++i, from += x_.pixel, to += cut_.band_pixel) {
    std::memcpy(to, from, std::size_t(bytes));
    if (fill > 0) std::memset(to + bytes, 0, std::size_t(fill));
  }
}

}  // namespace dlis
