// A convolution by its definition: the row `opencl_direct`.
//
// One work item computes 8 filters of 4 neighbouring pixels: each weight that it loads is used four
// times, and four sums run side by side. Weights are laid out by direct_weights.h. Every sum runs
// in the order r, s, c, wherever the item is.
#include "ends.cl"
#include "weights.cl"

typedef struct {
  int image, row, pixel;
} Strides;

typedef struct {
  int n, h, w, p, q, r, s;
  int groups, channels, filters, blocks;
  int pad_top, pad_left, stride_h, stride_w, dilation_h, dilation_w;
  Strides x, residual, y;
  Ends ends;
} Sizes;

kernel void direct(Sizes z, global const float* x, long x_at, global const float* weights,
                   global const float* residual, long residual_at, global float* y, long y_at) {
  int item = get_global_id(0);
  const int quads = (z.q + 3) / 4;
  const int q = item % quads * 4;
  item /= quads;
  const int p = item % z.p;
  item /= z.p;
  const int n = item % z.n, block = item / z.n;
  if (block >= z.groups * z.blocks) return;
  const int group = block / z.blocks, first = block % z.blocks * 8;

  float8 y0 = vload8(block, weights), y1 = y0, y2 = y0, y3 = y0;
  global const WEIGHT* w = (global const WEIGHT*)(weights + 8 * z.groups * z.blocks) +
                           8 * block * z.r * z.s * z.channels;
  x += x_at + (long)n * z.x.image + group * z.channels;
  for (int r = 0; r < z.r; ++r) {
    const int h = p * z.stride_h - z.pad_top + r * z.dilation_h;
    if (h < 0 || h >= z.h) {
      w += 8 * z.s * z.channels;
      continue;
    }
    global const float* row = x + h * z.x.row;
    for (int s = 0; s < z.s; ++s) {
      const int v0 = q * z.stride_w - z.pad_left + s * z.dilation_w;
      const int v1 = v0 + z.stride_w, v2 = v1 + z.stride_w, v3 = v2 + z.stride_w;
      const int in0 = v0 >= 0 && v0 < z.w, in1 = v1 >= 0 && v1 < z.w;
      const int in2 = v2 >= 0 && v2 < z.w, in3 = v3 >= 0 && v3 < z.w;
      global const float* x0 = row + (in0 ? v0 * z.x.pixel : 0);
      global const float* x1 = row + (in1 ? v1 * z.x.pixel : 0);
      global const float* x2 = row + (in2 ? v2 * z.x.pixel : 0);
      global const float* x3 = row + (in3 ? v3 * z.x.pixel : 0);
      for (int c = 0; c < z.channels; ++c, w += 8) {
        const float8 weight = WEIGHTS_8(0, w);
        y0 = fma((float8)(in0 ? x0[c] : 0.0f), weight, y0);
        y1 = fma((float8)(in1 ? x1[c] : 0.0f), weight, y1);
        y2 = fma((float8)(in2 ? x2[c] : 0.0f), weight, y2);
        y3 = fma((float8)(in3 ? x3[c] : 0.0f), weight, y3);
      }
    }
  }
  const int k = group * z.filters + first;
  residual += residual_at + (long)n * z.residual.image + p * z.residual.row + q * z.residual.pixel + k;
  y += y_at + (long)n * z.y.image + p * z.y.row + q * z.y.pixel + k;
  const int left = z.filters - first, pixels = z.q - q, a = z.residual.pixel, b = z.y.pixel;
  store_ends(z.ends, y0, left, residual, y);
  if (pixels > 1) store_ends(z.ends, y1, left, residual + a, y + b);
  if (pixels > 2) store_ends(z.ends, y2, left, residual + 2 * a, y + 2 * b);
  if (pixels > 3) store_ends(z.ends, y3, left, residual + 3 * a, y + 3 * b);
}
