// Panel by panel at each frequency, tiles in rows of the kernel.
#include "dlis/compute/winograd/bsr_products.h"

#include "dlis/format/bsr.h"

namespace dlis {

static_assert(kWinogradBlock == kBlockChannels);

Verdict WinogradBsr::accepts(const ConvProblem& p, int m) {
  if (!is_bsr(p.format)) return refuse("needs bsr weights");
  return WinogradSparse::accepts(p, m, kWinogradBlock, 1);
}

std::size_t WinogradBsr::packed_bytes(const ConvProblem& p, int m, const Encoded* weights) {
  return WinogradSparse(p, m, kWinogradBlock).packed_bytes(*weights);
}

void WinogradBsr::pack(const ConvProblem& p, int m, const Encoded* weights, const float* bias,
                       std::byte* packed) {
  WinogradSparse(p, m, kWinogradBlock).pack(*weights, bias, 1, packed);
}

void WinogradBsr::multiply(const float* v, std::int64_t tiles, WinogradRange chunk,
                           float* y) const {
  const std::int64_t count = (tiles + kernels_.block_rows - 1) / kernels_.block_rows;
  const std::uint16_t* places = weights_.places();
  const float* values = weights_.values();
  WinogradProduct t;
  t.a_step = cut_.v_pitch;
  t.y_step = cut_.m_pitch;
  for (std::int64_t f = 0; f < cut_.a * cut_.a; ++f) {
    const std::uint32_t* starts = weights_.starts(f);
    for (std::int64_t i = chunk.begin; i < chunk.end; ++i) {
      t.places = places + starts[i];
      t.b = values + std::int64_t(starts[i]) * kWinogradBlock;
      t.terms = starts[i + 1] - starts[i];
      for (std::int64_t j = 0; j < count; ++j) {
        const WinogradRange rows = winograd_part(tiles, count, j);
        t.a = v + f * cut_.v_plane + rows.begin * cut_.v_pitch;
        t.y = y + f * cut_.m_plane + rows.begin * cut_.m_pitch + (i - chunk.begin) * kWinogradBlock;
        kernels_.block[rows.size()](t);
      }
    }
  }
}

}  // namespace dlis
