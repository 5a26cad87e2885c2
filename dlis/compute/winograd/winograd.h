// What the rows winograd_f2, winograd_f4 and winograd_f6 share; they differ in m, the outputs of a
// tile in each direction.
#pragma once
#include "dlis/compute/row.h"
#include "dlis/compute/winograd/cut.h"
#include "dlis/compute/winograd/packing.h"

namespace dlis {

Verdict winograd_accepts(const ConvProblem& problem, int m);
void winograd_pack(const ConvProblem& problem, int m, const Encoded* weights, const float* bias,
                   std::byte* packed);
void winograd_run(const ConvProblem& problem, int m, const Call& call, int phase, Range range,
                  Worker worker);
std::int64_t winograd_tiles(const ConvProblem& problem, int m, int phase);

template <int m>
constexpr ConvRow winograd_row(const char* name, const char* summary, double tolerance) {
  return {
      .name = name,
      .summary = summary,
      .version = 2,
      .tolerance = {tolerance, m},
      .accepts = [](const ConvProblem& p) { return winograd_accepts(p, m); },
      .packed_bytes = [](const ConvProblem& p,
                         const Encoded*) { return WinogradPanels(p, m).bytes(); },
      .pack = [](const ConvProblem& p, const Encoded* weights, const float* bias,
                 std::byte* packed) { winograd_pack(p, m, weights, bias, packed); },
      .scratch_bytes =
          [](const ConvProblem& p) { return WinogradCut(p, m).scratch_bytes(p.workers); },
      .phases = [](const ConvProblem& p) { return WinogradCut(p, m).shared ? 2 : 1; },
      .tiles = [](const ConvProblem& p, int phase) { return winograd_tiles(p, m, phase); },
      .run = [](const ConvProblem& p, const Call& call, int phase, Range range,
                Worker worker) { winograd_run(p, m, call, phase, range, worker); },
      .work =
          [](const ConvProblem& p) {
            // Products of all tiles, also those that hang over the edge; transforms of every tile's
            // values at about a tenth of the ceiling.
            const double tiles = double(p.n * ((p.p() + m - 1) / m) * ((p.q() + m - 1) / m));
            const double values = tiles * (m + 2) * (m + 2);
            return values * (double(p.c) * double(p.k) + 10.0 * double(p.c + p.k));
          },
  };
}

}  // namespace dlis
