// The OpenCL C text of the row `opencl_direct`, and the sizes it is called with.
//
// One work item computes 8 filters of 4 neighbouring pixels: each weight that it loads is used four
// times, and four sums run side by side. Values are dense NHWC; weights are laid out by
// direct_weights.h. Every sum runs in the order r, s, c, wherever the item is.
#pragma once
#include <CL/cl.h>

namespace dlis {

constexpr int kDirectFilters = 8, kDirectPixels = 4;

// In the order of `Sizes` below. `activation` is an Activation; the last two are its parameters.
struct DirectSizes {
  cl_int n, h, w, c, k, p, q, r, s;
  cl_int groups, channels, filters, blocks;  // of a group: inputs, outputs, blocks of filters
  cl_int pad_top, pad_left, stride_h, stride_w, dilation_h, dilation_w;
  cl_int add, activation;
  cl_float a, b;
};

inline constexpr char kDirectKernel[] = R"(
typedef struct {
  int n, h, w, c, k, p, q, r, s;
  int groups, channels, filters, blocks;
  int pad_top, pad_left, stride_h, stride_w, dilation_h, dilation_w;
  int add, activation;
  float a, b;
} Sizes;

float8 activate(Sizes z, float8 x) {
  switch (z.activation) {
    case 1: return max(x, 0.0f);
    case 2: return min(max(x, z.a), z.b);
    case 3: return select(x, z.a * x, x < 0.0f);
    case 4: return x * clamp(x / 6.0f + 0.5f, 0.0f, 1.0f);
    case 5: return clamp(z.a * x + z.b, 0.0f, 1.0f);
    case 6: return 1.0f / (1.0f + exp(-x));
  }
  return x;
}

void store(Sizes z, float8 sum, int left, global const float* residual, global float* y) {
  if (left >= 8) {
    if (z.add) sum += vload8(0, residual);
    vstore8(activate(z, sum), 0, y);
    return;
  }
  float part[8] = {0};
  if (z.add)
    for (int i = 0; i < left; ++i) part[i] = residual[i];
  vstore8(activate(z, sum + vload8(0, part)), 0, part);
  for (int i = 0; i < left; ++i) y[i] = part[i];
}

kernel void direct(Sizes z, global const float* x, global const float* weights,
                   global const float* residual, global float* y) {
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
  global const float* w =
      weights + 8 * (z.groups * z.blocks + block * z.r * z.s * z.channels);
  for (int r = 0; r < z.r; ++r) {
    const int h = p * z.stride_h - z.pad_top + r * z.dilation_h;
    if (h < 0 || h >= z.h) {
      w += 8 * z.s * z.channels;
      continue;
    }
    global const float* row = x + (n * z.h + h) * z.w * z.c + group * z.channels;
    for (int s = 0; s < z.s; ++s) {
      const int v0 = q * z.stride_w - z.pad_left + s * z.dilation_w;
      const int v1 = v0 + z.stride_w, v2 = v1 + z.stride_w, v3 = v2 + z.stride_w;
      const int in0 = v0 >= 0 && v0 < z.w, in1 = v1 >= 0 && v1 < z.w;
      const int in2 = v2 >= 0 && v2 < z.w, in3 = v3 >= 0 && v3 < z.w;
      global const float* x0 = row + (in0 ? v0 * z.c : 0);
      global const float* x1 = row + (in1 ? v1 * z.c : 0);
      global const float* x2 = row + (in2 ? v2 * z.c : 0);
      global const float* x3 = row + (in3 ? v3 * z.c : 0);
      for (int c = 0; c < z.channels; ++c, w += 8) {
        const float8 weight = vload8(0, w);
        y0 = fma((float8)(in0 ? x0[c] : 0.0f), weight, y0);
        y1 = fma((float8)(in1 ? x1[c] : 0.0f), weight, y1);
        y2 = fma((float8)(in2 ? x2[c] : 0.0f), weight, y2);
        y3 = fma((float8)(in3 ? x3[c] : 0.0f), weight, y3);
      }
    }
  }
  const int at = ((n * z.p + p) * z.q + q) * z.k + group * z.filters + first;
  const int left = z.filters - first, pixels = z.q - q;
  store(z, y0, left, residual + at, y + at);
  if (pixels > 1) store(z, y1, left, residual + at + z.k, y + at + z.k);
  if (pixels > 2) store(z, y2, left, residual + at + 2 * z.k, y + at + 2 * z.k);
  if (pixels > 3) store(z, y3, left, residual + at + 3 * z.k, y + at + 3 * z.k);
}
)";

}  // namespace dlis
