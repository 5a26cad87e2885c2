// What the Winograd rows share; they differ in m, the outputs of a tile in each direction, and in
// how they multiply: Products of dense_products.h, bsr_products.h or csr_products.h.
#pragma once
#include "dlis/compute/winograd/tiles.h"

namespace dlis {

// f32, 3x3, stride and dilation 1, one group. Filters are refused besides where tiles of m x m
// outputs cannot pay; weights in the Winograd domain never, as no other row computes the same.
Verdict winograd_accepts(const ConvProblem& problem, int m);

// Tiles of the schedule: of inputs and slices of channels, or of blocks and parts of the panels.
template <class Products>
std::int64_t winograd_tiles(const ConvProblem& p, int m, int phase) {
  const WinogradCut cut(p, m, Products::grain(p));
  if (cut.shared && phase == 0) return cut.tiles * cut.slices;
  return cut.blocks * cut.panel_parts;
}

template <class Products, int m>
void winograd_run(const ConvProblem& p, const Call& call, int phase, Range range, Worker worker) {
  WinogradTiles<Products> tiles(p, m, call, worker);
  for (std::int64_t i = range.begin; i < range.end; ++i) tiles.run(phase, i);
}

// Products of all tiles, also those that hang over the edge; transforms of every tile's values at
// about a tenth of the ceiling.
inline double winograd_work(const ConvProblem& p, int m, double density) {
  const double tiles = double(p.n * ((p.p() + m - 1) / m) * ((p.q() + m - 1) / m));
  return tiles * (m + 2) * (m + 2) *
         (density * double(p.c) * double(p.k) + 10.0 * double(p.c + p.k));
}

template <class Products, int m>
constexpr ConvRow winograd_row(const char* name, const char* summary, double tolerance) {
  return {
      .name = name,
      .summary = summary,
      .version = 2,
      .tolerance = {tolerance, m},
      .winograd = m,
      .accepts =
          [](const ConvProblem& p) {
            const Verdict verdict = Products::accepts(p, m);
            return verdict ? winograd_accepts(p, m) : verdict;
          },
      .packed_bytes = [](const ConvProblem& p,
                         const Encoded* weights) { return Products::packed_bytes(p, m, weights); },
      .pack = [](const ConvProblem& p, const Encoded* weights, const float* bias,
                 std::byte* packed) { Products::pack(p, m, weights, bias, packed); },
      .scratch_bytes =
          [](const ConvProblem& p) { return WinogradTiles<Products>::scratch_bytes(p, m); },
      .phases =
          [](const ConvProblem& p) { return WinogradCut(p, m, Products::grain(p)).shared ? 2 : 1; },
      .tiles = [](const ConvProblem& p,
                  int phase) { return winograd_tiles<Products>(p, m, phase); },
      .run = winograd_run<Products, m>,
      .portable = Products::kPortable,
      .work = [](const ConvProblem& p) { return winograd_work(p, m, Products::kept(p)); },
  };
}

}  // namespace dlis
