// Convolution as an implicit matrix product, for GPUs.
//
// A work group computes PIXELS pixels x FILTERS filters, an item ROWS x COLUMNS of them (multiples
// of 4). 16 terms at a time, the group copies the pixels' values and the weights to local memory
// (what lies outside the map as zeros) and each item multiplies from there; the next 16 terms are
// on their way to registers meanwhile. Four neighbouring terms are fetched together where the
// channels are a multiple of 4 and x lies at multiples of 4 floats (ALIGNED). Every sum runs in the
// order r, s, c. The third dimension of groups counts independent products (x_plane and y_plane
// floats apart): those of a Winograd convolution's frequencies.
#define WIDTH 4
#include "conv.cl"
#include "weights.cl"

#define FLOAT4(space, address) (*(space const float4*)(address))

#if HALF
#define WEIGHTS_AT(address) WEIGHTS_4(0, address)
#else
#define WEIGHTS_AT(address) FLOAT4(global, address)  // they lie at multiples of 4
#endif

#define DEPTH 16
#define ITEMS ((PIXELS / ROWS) * (FILTERS / COLUMNS))
#define FETCH_X (PIXELS * DEPTH / 4 / ITEMS)  // vectors that an item fetches
#define FETCH_W (FILTERS * DEPTH / 4 / ITEMS)

typedef struct {
  int r, s, c;
} Term;

INLINE Term next_term(Sizes z, Term t, int by) {
  for (t.c += by; t.c >= z.c; t.c -= z.c)
    if (++t.s == z.s) t.s = 0, ++t.r;
  return t;
}

typedef struct {
  int image, top, left;  // where the image begins, and the first tap
} Pixel;

INLINE Pixel pixel_at(Sizes z, int i) {
  const int pixels = z.n * z.p * z.q;
  Pixel at;
  at.image = i / (z.p * z.q) * z.x.image;
  at.top = i / z.q % z.p * z.stride_h - z.pad_top;
  at.left = i % z.q * z.stride_w - z.pad_left;
  if (i >= pixels) at.top = -(1 << 28);  // outside every map
  return at;
}

INLINE float value_at(Sizes z, global const float* x, Pixel at, Term t) {
  const int h = at.top + t.r * z.dilation_h, w = at.left + t.s * z.dilation_w;
  const int in = t.r < z.r && h >= 0 && h < z.h && w >= 0 && w < z.w;
  return in ? x[at.image + h * z.x.row + w * z.x.pixel + t.c] : 0.0f;
}

// The values of 4 terms from t on.
INLINE float4 values_at(Sizes z, global const float* x, Pixel at, Term t) {
#if ALIGNED
  const int h = at.top + t.r * z.dilation_h, w = at.left + t.s * z.dilation_w;
  const int in = t.r < z.r && h >= 0 && h < z.h && w >= 0 && w < z.w;
  return in ? FLOAT4(global, x + at.image + h * z.x.row + w * z.x.pixel + t.c) : (float4)0.0f;
#else
  const Term t1 = next_term(z, t, 1), t2 = next_term(z, t1, 1), t3 = next_term(z, t2, 1);
  return (float4)(value_at(z, x, at, t), value_at(z, x, at, t1), value_at(z, x, at, t2),
                  value_at(z, x, at, t3));
#endif
}

// Of 16 terms from `first` on, those that this item fetches; past the last term zeros.
#define FETCH(first)                                                                         \
  for (int i = 0; i < FETCH_X; ++i) next_x[i] = values_at(z, x, pixels[i], term);            \
  term = next_term(z, term, DEPTH);                                                          \
  for (int i = 0; i < FETCH_W; ++i) {                                                        \
    const int at = id + i * ITEMS, t = (first) + at / (FILTERS / 4);                         \
    const int k = filter0 + at % (FILTERS / 4) * 4;                                          \
    const int in = t < z.terms && k < z.panels * PANEL;                                      \
    next_w[i] = in ? WEIGHTS_AT(weights + (k / PANEL * z.terms + t) * PANEL + k % PANEL)     \
                   : (float4)0.0f;                                                           \
  }

__attribute__((reqd_work_group_size(ITEMS, 1, 1))) kernel void gemm_gpu(
    Sizes z, int x_plane, int y_plane, global const float* x, long x_at, global const float* packed,
    global const float* residual, long residual_at, global float* y, long y_at) {
  local float xs[DEPTH][PIXELS + 4] __attribute__((aligned(16)));
  local float ws[DEPTH][FILTERS] __attribute__((aligned(16)));
  const int id = get_local_id(0), filter0 = get_group_id(0) * FILTERS;
  const int pixel0 = get_group_id(1) * PIXELS;
  const int row = id / (FILTERS / COLUMNS) * 4, column = id % (FILTERS / COLUMNS) * 4;
  global const WEIGHT* weights = (global const WEIGHT*)(packed + z.weights_at);
  x += x_at;
  y += y_at;
  x += (long)get_group_id(2) * x_plane;
  y += (long)get_group_id(2) * y_plane;
  weights += (long)get_group_id(2) * z.plane;

  // This item fetches 4 terms of each of these pixels, and 4 filters of these terms.
  Pixel pixels[FETCH_X];
#pragma unroll
  for (int i = 0; i < FETCH_X; ++i) pixels[i] = pixel_at(z, pixel0 + id / 4 + i * (ITEMS / 4));
  const Term none = {0, 0, 0};
  Term term = next_term(z, none, id % 4 * 4);
  float4 next_x[FETCH_X], next_w[FETCH_W], sums[ROWS][COLUMNS / 4];
#pragma unroll
  for (int i = 0; i < ROWS; ++i)
#pragma unroll
    for (int j = 0; j < COLUMNS / 4; ++j) sums[i][j] = 0.0f;

  FETCH(0)
  for (int begin = 0; begin < z.terms; begin += DEPTH) {
#pragma unroll
    for (int i = 0; i < FETCH_X; ++i) {
      const int at = id / 4 + i * (ITEMS / 4), t = id % 4 * 4;
      xs[t][at] = next_x[i].x;
      xs[t + 1][at] = next_x[i].y;
      xs[t + 2][at] = next_x[i].z;
      xs[t + 3][at] = next_x[i].w;
    }
#pragma unroll
    for (int i = 0; i < FETCH_W; ++i) {
      const int at = id + i * ITEMS;
      *(local float4*)&ws[at / (FILTERS / 4)][at % (FILTERS / 4) * 4] = next_w[i];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    FETCH(begin + DEPTH)
    for (int t = 0; t < DEPTH; ++t) {
      float4 a[ROWS / 4];
      float4 b[COLUMNS / 4];
#pragma unroll
      for (int i = 0; i < ROWS / 4; ++i)
        a[i] = FLOAT4(local, &xs[t][row + i * (PIXELS / (ROWS / 4))]);
#pragma unroll
      for (int j = 0; j < COLUMNS / 4; ++j)
        b[j] = FLOAT4(local, &ws[t][column + j * (FILTERS / (COLUMNS / 4))]);
#pragma unroll
      for (int i = 0; i < ROWS / 4; ++i)
#pragma unroll
        for (int j = 0; j < COLUMNS / 4; ++j) {
          sums[4 * i][j] = fma(a[i].xxxx, b[j], sums[4 * i][j]);
          sums[4 * i + 1][j] = fma(a[i].yyyy, b[j], sums[4 * i + 1][j]);
          sums[4 * i + 2][j] = fma(a[i].zzzz, b[j], sums[4 * i + 2][j]);
          sums[4 * i + 3][j] = fma(a[i].wwww, b[j], sums[4 * i + 3][j]);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
#pragma unroll
  for (int i = 0; i < ROWS; ++i) {
    const int pixel = pixel0 + row + i / 4 * (PIXELS / (ROWS / 4)) + i % 4;
    if (pixel >= z.n * z.p * z.q) continue;
    const int n = pixel / (z.p * z.q), p = pixel / z.q % z.p, q = pixel % z.q;
#pragma unroll
    for (int j = 0; j < COLUMNS / 4; ++j) {
      const int k = filter0 + column + j * (FILTERS / (COLUMNS / 4));
      if (k >= z.k) continue;
      global float* to = y + (long)n * z.y.image + p * z.y.row + q * z.y.pixel + k;
      const float4 start = z.bias ? vload4(0, packed + k) : (float4)0.0f;
      store_ends(z, sums[i][j] + start, z.k - k,
                 residual + residual_at + (long)n * z.residual.image + p * z.residual.row +
                     q * z.residual.pixel + k,
                 to);
    }
  }
}
