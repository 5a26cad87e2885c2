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

#define LOCATE(i)                                                          \
  const int n##i = n, p##i = p, q##i = q;                                  \
  const int h##i = p * z.stride_h - z.pad_top;                             \
  const int v##i = q * z.stride_w - z.pad_left;                            \
  global const float* image##i = x + (long)n * z.x.image;                  \
  whole = whole && v##i >= 0 && v##i + z.s <= z.w;                         \
  if (first + i + 1 < pixels && ++q == z.q) {                              \
    q = 0;                                                                 \
    if (++p == z.p) p = 0, ++n;                                            \
  }
#define POINT(i)                                                           \
  const int row##i = h##i + r * z.dilation_h;                              \
  const int column##i = v##i + s * z.dilation_w;                           \
  const int in##i = row##i >= 0 && row##i < z.h && column##i >= 0 && column##i < z.w; \
  global const float* x##i = in##i ? image##i + (row##i * z.x.row + column##i * z.x.pixel) : zeros;
#define STORE(i)                                                           \
  if (first + i < pixels) {                                                \
    global const float* add = residual + ((long)n##i * z.residual.image + p##i * z.residual.row + q##i * z.residual.pixel); \
    global float* to = y + ((long)n##i * z.y.image + p##i * z.y.row + q##i * z.y.pixel); \
    store_ends(z, low##i + bias0, left, add, to);            \
    if (left > 16) store_ends(z, high##i + bias1, left - 16, add + 16, to + 16); \
  }

__attribute__((reqd_work_group_size(1, 1, 1))) kernel void gemm_cpu(
    Sizes z, int span, global const float* x, long x_at,
    global const float* packed, global const float* residual, long residual_at,
    global float* y, long y_at) {
  const int item = get_group_id(0), panel = item % z.panels;
  const int pixels = z.n * z.p * z.q, blocks = (pixels + ROWS - 1) / ROWS;
  const int end = min(blocks, (item / z.panels + 1) * span);
  const int left = z.k - panel * PANEL;
  global const float* zeros = packed + z.zeros_at;
  const float16 bias0 = vload16(0, packed + panel * PANEL);
  const float16 bias1 = vload16(1, packed + panel * PANEL);
  x += x_at;
  residual += residual_at + panel * PANEL;
  y += y_at + panel * PANEL;
  for (int block = item / z.panels * span; block < end; ++block) {
    const int first = block * ROWS;
    int q = first % z.q, p = first / z.q % z.p, n = first / (z.q * z.p);
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
    EACH_ROW(STORE)
  }
}
