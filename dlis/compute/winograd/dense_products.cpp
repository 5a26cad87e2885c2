// Panel by panel, each read once for all tiles of a block.
#include "dlis/compute/winograd/dense_products.h"

#include <algorithm>
#include <string_view>

namespace dlis {

Verdict WinogradDense::accepts(const ConvProblem& p, int) {
  const std::string_view format = p.format ? p.format->name : "dense";
  if (format != "dense" && format != "bf16" && format != "f16")
    return refuse("needs dense, bf16 or f16 weights");
  return accept();
}

void WinogradDense::pack(const ConvProblem& p, int m, const Encoded* weights, const float* bias,
                         std::byte* packed) {
  const Tensor values = weights->format->decode(*weights);
  WinogradPanels(p, m).pack(values.as<float>().data(), bias, packed);
}

void WinogradDense::multiply(const float* v, std::int64_t tiles, WinogradRange chunk,
                             float* y) const {
  const std::int64_t count = (tiles + kernels_.rows - 1) / kernels_.rows;
  WinogradProduct t;
  t.a_step = cut_.v_pitch;
  t.y_step = cut_.m_pitch;
  t.terms = channels_;
  const std::int64_t turns = cut_.a * cut_.a * chunk.size();
  const float* ahead[kWinogradStreams] = {};
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    const std::int64_t f = turn / chunk.size(), i = chunk.begin + turn % chunk.size();
    if (turn % kWinogradStreams == 0)
      for (int k = 0; k < kWinogradStreams; ++k)
        ahead[k] = panel_of(turn + kWinogradStreams + k, chunk);
    const int columns = panels_.columns(i);
    t.b = panels_.panel(packed_, f, i);
    for (std::int64_t j = 0; j < count; ++j) {
      const WinogradRange rows = winograd_part(tiles, count, j);
      t.a = v + f * cut_.v_plane + rows.begin * cut_.v_pitch;
      t.y = y + f * cut_.m_plane + rows.begin * cut_.m_pitch + (i - chunk.begin) * panels_.wide();
      ask(t, ahead, turn, j, count);
      kernels_.kernel[columns == panels_.wide()][rows.size()](t);
    }
  }
}

// The panel of a turn: in a chunk frequency by frequency, then those of the next chunk, or the
// same again for the next block of tiles.
const float* WinogradDense::panel_of(std::int64_t turn, WinogradRange chunk) const {
  const std::int64_t frequencies = cut_.a * cut_.a;
  if (turn >= frequencies * chunk.size()) {
    turn -= frequencies * chunk.size();
    if (chunk.end < cut_.panels)
      chunk = {chunk.end, std::min(cut_.panels, chunk.end + chunk.size())};
  }
  const std::int64_t f = std::min(turn / chunk.size(), frequencies - 1);
  return panels_.panel(packed_, f, chunk.begin + turn % chunk.size());
}

// A group of panels is asked for while the group before is multiplied, by the first two kernels
// on each panel or by the only one: each asks for the same part of all panels.
void WinogradDense::ask(WinogradProduct& t, const float* const* ahead, std::int64_t turn,
                        std::int64_t j, std::int64_t count) const {
  const std::int64_t kernels = std::min<std::int64_t>(count, 2), parts = kernels * kWinogradStreams;
  t.ahead_lines = j < kernels ? int(panels_.wide() * kWinogradStride / (parts * kWinogradLine)) : 0;
  const std::int64_t step = turn % kWinogradStreams * kernels + j;
  for (int i = 0; i < kWinogradStreams; ++i)
    t.ahead[i] = ahead[i] + step * channels_ * panels_.wide() / parts;
}

}  // namespace dlis
