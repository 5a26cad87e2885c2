// Convolution as an implicit matrix product, for CPU devices.
//
// A work item computes one panel of filters of `span` blocks of ROWS neighbouring pixels, which
// may lie in different rows and images. For each tap a row's pointer says where its channels are,
// or points at zeros where the tap lies outside the map; nothing is copied. Where the taps of a row
// of the filter lie side by side in memory and inside the map they are one run of s * c terms. The
// sums run in the order r, s, c.
#define WIDTH 16
#include "conv.cl"
#include "block.cl"

typedef struct {
  int n, p, q;
} Pixel;

Pixel next_pixel(Sizes z, Pixel at) {
  if (++at.q == z.q) {
    at.q = 0;
    if (++at.p == z.p) at.p = 0, ++at.n;
  }
  return at;
}

#define LOCATE(i)                                          \
  const int h##i = at.p * z.stride_h - z.pad_top;          \
  const int v##i = at.q * z.stride_w - z.pad_left;         \
  global const float* image##i = x + (long)at.n * z.x.image; \
  whole = whole && v##i >= 0 && v##i + z.s <= z.w;         \
  if (i + 1 < pixels) at = next_pixel(z, at);
#define POINT(i)                                                                           \
  const int row##i = h##i + r * z.dilation_h, column##i = v##i + s * z.dilation_w;         \
  const int in##i = row##i >= 0 && row##i < z.h && column##i >= 0 && column##i < z.w;      \
  global const float* x##i = in##i ? image##i + (row##i * z.x.row + column##i * z.x.pixel) : zeros;
#define KEEP(i) sums[2 * (i)] = low##i, sums[2 * (i) + 1] = high##i;

__attribute__((reqd_work_group_size(1, 1, 1))) kernel void gemm_cpu(
    Sizes z, int span, global const float* x, long x_at,
    global const float* packed, global const float* residual, long residual_at,
    global float* y, long y_at) {
  const int item = get_group_id(0), panel = item % z.panels;
  const int all = z.n * z.p * z.q, blocks = (all + ROWS - 1) / ROWS;
  const int end = min(blocks, (item / z.panels + 1) * span);
  const int left = z.k - panel * PANEL;
  global const float* zeros = packed + z.zeros_at;
  global const float* bias = packed + panel * PANEL;
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
    global const float* w = packed + z.weights_at + panel * z.terms * PANEL;
    const int steps = whole ? 1 : z.s, run = whole ? z.s * z.c : z.c;
    for (int r = 0; r < z.r; ++r)
      for (int s = 0; s < steps; ++s) {
        EACH_ROW(POINT)
        ADD_PRODUCTS(run)
      }
    float16 sums[2 * ROWS];
    EACH_ROW(KEEP)
    at = begin;
    for (int i = 0; i < pixels; ++i, at = next_pixel(z, at)) {
      global const float* from =
          residual + ((long)at.n * z.residual.image + at.p * z.residual.row + at.q * z.residual.pixel);
      global float* to = y + ((long)at.n * z.y.image + at.p * z.y.row + at.q * z.y.pixel);
      for (int k = 0; k < min(left, PANEL); k += 16)
        store_ends(z, sums[2 * i + k / 16] + vload16(0, bias + k), left - k, from + k, to + k);
    }
  }
}
