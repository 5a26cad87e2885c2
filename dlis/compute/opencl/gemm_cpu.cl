// Convolution as an implicit matrix product, for CPU devices.
//
// A work item computes one panel of filters of `span` blocks of ROWS neighbouring pixels, which
// may lie in different rows and images. For each tap a row's pointer says where its channels are,
// or points at zeros where the tap lies outside the map; nothing is copied. Where the taps of a row
// of the filter lie side by side in memory and inside the map they are one run of s * c terms. The
// sums run in the order r, s, c.
#define WIDTH 16
#include "weights.cl"
#include "block.cl"
#include "conv.cl"

typedef struct {
  int n, p, q;
} Pixel;

INLINE Pixel next_pixel(Sizes z, Pixel at) {
  if (++at.q == z.q) {
    at.q = 0;
    if (++at.p == z.p) at.p = 0, ++at.n;
  }
  return at;
}

#define LOCATE(i)                                            \
  const int h##i = at.p * z.stride_h - z.pad_top;            \
  const int v##i = at.q * z.stride_w - z.pad_left;           \
  global const float* image##i = x + (long)at.n * z.x.image; \
  whole = whole && v##i >= 0 && v##i + z.s <= z.w;           \
  if (i + 1 < pixels) at = next_pixel(z, at);
#define POINT(i)                                                                   \
  const int row##i = h##i + r * z.dilation_h, column##i = v##i + s * z.dilation_w; \
  const int in##i = (uint)row##i < (uint)z.h & (uint)column##i < (uint)z.w;        \
  global const float* x##i = in##i ? image##i + (row##i * z.x.row + column##i * z.x.pixel) : zeros;

// The usual ends of a whole panel, from registers; the others take the sums from memory.
#define STORE(i)                                                                           \
  if (i < pixels) {                                                                        \
    if (z.add) {                                                                           \
      const long from =                                                                    \
          (long)at.n * z.residual.image + at.p * z.residual.row + at.q * z.residual.pixel; \
      low##i += vload16(0, residual + from), high##i += vload16(1, residual + from);       \
    }                                                                                      \
    const long to = (long)at.n * z.y.image + at.p * z.y.row + at.q * z.y.pixel;            \
    vstore16(min(max(low##i, z.low), z.high), 0, y + to);                                  \
    vstore16(min(max(high##i, z.low), z.high), 1, y + to);                                 \
    at = next_pixel(z, at);                                                                \
  }
#define ADD_BIAS(i) low##i += bias0, high##i += bias1;
#define KEEP(i) sums[2 * (i)] = low##i, sums[2 * (i) + 1] = high##i;

__attribute__((reqd_work_group_size(1, 1, 1))) kernel void gemm_cpu(
    Sizes z, int span, global const float* x, long x_at, global const float* packed,
    global const float* residual, long residual_at, global float* y, long y_at) {
  const int item = get_group_id(0), panel = item % z.panels;
  const int all = z.n * z.p * z.q, blocks = (all + ROWS - 1) / ROWS;
  const int end = min(blocks, (item / z.panels + 1) * span);
  const int left = z.k - panel * PANEL;
  global const float* zeros = packed + z.zeros_at;
  const float16 bias0 = vload16(0, packed + panel * PANEL);
  const float16 bias1 = vload16(1, packed + panel * PANEL);
  x += x_at;
  residual += residual_at + panel * PANEL;
  y += y_at + panel * PANEL;
  for (int block = item / z.panels * span; block < end; ++block) {
    const int first = block * ROWS, pixels = min(ROWS, all - first);
    const Pixel begin = {first / (z.q * z.p), first / z.q % z.p, first % z.q};
    Pixel at = begin;
    int whole = z.dilation_w == 1 && z.x.pixel == z.c;
    EACH_ROW(LOCATE)
    EACH_ROW(START_SUMS)
    global const WEIGHT* w =
        (global const WEIGHT*)(packed + z.weights_at) + panel * z.terms * PANEL;
    const int steps = whole ? 1 : z.s, run = whole ? z.s * z.c : z.c;
    for (int r = 0; r < z.r; ++r)
      for (int s = 0; s < steps; ++s) {
        EACH_ROW(POINT)
        ADD_PRODUCTS(run)
      }
    at = begin;
    EACH_ROW(ADD_BIAS)
    if (left >= PANEL && z.activation <= 2) {
      EACH_ROW(STORE)
      continue;
    }
    float16 sums[2 * ROWS];
    EACH_ROW(KEEP)
    for (int i = 0; i < pixels; ++i, at = next_pixel(z, at)) {
      const int from = at.n * z.residual.image + at.p * z.residual.row + at.q * z.residual.pixel;
      const long to = (long)at.n * z.y.image + at.p * z.y.row + at.q * z.y.pixel;
      for (int k = 0; k < min(left, PANEL); k += 16)
        store_ends(z, sums[2 * i + k / 16], left - k, residual + from + k, y + to + k);
    }
  }
}
