// Planes of a frequency, then panels of filters: sums by plane, transposed into M's rows.
#include "dlis/compute/winograd/csr_products.h"

#include <algorithm>

#include "dlis/base/divide.h"
#include "dlis/format/csr.h"

namespace dlis {
namespace {

constexpr std::int64_t kTiles = 16;       // of the kernels' steps
constexpr std::int64_t kBlockTiles = 64;  // four vectors of the widest

std::int64_t pitch_of(const WinogradCut& cut) { return round_up(cut.most_tiles(), kTiles); }

}  // namespace

WinogradGrain WinogradCsr::grain(const ConvProblem& p) {
  const std::int64_t most = 0xffff / p.c / kTiles * kTiles;  // whose places fit into 16 bits
  return {kWinogradBlock, 1, std::min(kBlockTiles, most)};
}

WinogradCsr::WinogradCsr(const ConvProblem& p, const WinogradCut& cut, const std::byte* packed,
                         std::byte* own)
    : filters_(p.k),
      channels_(p.c),
      pitch_(pitch_of(cut)),
      cut_(cut),
      weights_(p, cut.m, 1, packed),
      kernels_(sparse_kernels_for(p.isa)),
      planes_(reinterpret_cast<float*>(own)),
      sums_(planes_ + p.c * pitch_) {}

std::size_t WinogradCsr::own_bytes(const ConvProblem& p, const WinogradCut& cut) {
  return std::size_t((p.c + kWinogradBlock) * pitch_of(cut)) * sizeof(float);
}

Verdict WinogradCsr::accepts(const ConvProblem& p, int m) {
  if (!is_csr(p.format)) return refuse("needs csr weights");
  if (p.winograd == 0) return refuse("zeros of filters are none in the Winograd domain");
  return WinogradSparse::accepts(p, m, 1, pitch_of(WinogradCut(p, m, grain(p))));
}

std::size_t WinogradCsr::packed_bytes(const ConvProblem& p, int m, const Encoded* weights) {
  return WinogradSparse(p, m, 1).packed_bytes(*weights);
}

void WinogradCsr::pack(const ConvProblem& p, int m, const Encoded* weights, const float* bias,
                       std::byte* packed) {
  const std::int64_t step = pitch_of(WinogradCut(p, m, grain(p)));
  WinogradSparse(p, m, 1).pack(*weights, bias, step, packed);
}

// Planes from rows of V; the last tile stands in for those that are missing.
void WinogradCsr::gather(const float* v, std::int64_t tiles) const {
  const float* rows[kTiles];
  SparseGather g;
  g.taps = rows;
  g.length = kTiles;
  g.channels = channels_;
  g.channel = pitch_;
  for (std::int64_t first = 0; first < tiles; first += kTiles) {
    for (std::int64_t i = 0; i < kTiles; ++i)
      rows[i] = v + std::min(first + i, tiles - 1) * cut_.v_pitch;
    g.planes = planes_ + first;
    kernels_.gather(g);
  }
}

void WinogradCsr::sum(std::int64_t frequency, std::int64_t panel, std::int64_t tiles,
                      float* y) const {
  const std::int64_t first = panel * kWinogradBlock;
  SparseSum s;
  s.planes = planes_;
  s.sums = sums_;
  s.starts = weights_.starts(frequency) + first;
  s.values = reinterpret_cast<const std::byte*>(weights_.values());
  s.offsets = weights_.places();
  s.outputs = std::min<std::int64_t>(kWinogradBlock, filters_ - first);
  s.pixels = round_up(tiles, kTiles);
  std::fill_n(sums_, s.outputs * s.pixels, 0.0f);
  kernels_.sum(s);
  SparseFinish f;
  f.bias = weights_.zeros();
  f.outputs = s.outputs;
  f.pixels = s.pixels;
  for (std::int64_t tile = 0; tile < tiles; tile += kTiles) {
    f.sums = sums_ + tile;
    for (std::int64_t i = 0; i < kTiles; ++i)
      f.y[i] = tile + i < tiles ? y + (tile + i) * cut_.m_pitch : nullptr;
    kernels_.finish(f);
  }
}

void WinogradCsr::multiply(const float* v, std::int64_t tiles, WinogradRange chunk,
                           float* y) const {
  for (std::int64_t f = 0; f < cut_.a * cut_.a; ++f) {
    gather(v + f * cut_.v_plane, tiles);
    for (std::int64_t i = chunk.begin; i < chunk.end; ++i)
      sum(f, i, tiles, y + f * cut_.m_plane + (i - chunk.begin) * kWinogradBlock);
  }
}

}  // namespace dlis
