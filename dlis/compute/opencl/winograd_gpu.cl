// The transforms of a Winograd convolution for GPUs, before and after the products of gemm_gpu.cl.
//
// An item transforms 4 neighbouring channels or filters of one tile; neighbouring items have
// neighbouring channels, so that they read and write whole lines. V and M are [frequency, tile,
// channel or filter], in global memory.
#define WIDTH 4
#include "conv.cl"
#if TILE == 2
#include "winograd_f2.cl"
#else
#include "winograd_f4.cl"
#endif
#define SIDE (TILE + 2)

typedef struct {
  int rows, columns, tiles;  // tiles along the map, of all images
  int block;
  int v_pitch, v_plane, m_plane;
} Cut;

kernel void winograd_input(Sizes z, Cut cut, global const float* x, long x_at, global float* v) {
  const int c = get_global_id(0) * 4, tile = get_global_id(1);
  if (c >= z.c || tile >= cut.tiles) return;
  const int column = tile % cut.columns, above = tile / cut.columns;
  const int top = above % cut.rows * TILE - z.pad_top, left = column * TILE - z.pad_left;
  x += x_at + (long)(above / cut.rows) * z.x.image + c;
  v += tile * cut.v_pitch + c;
#if ALIGNED  // x lies at multiples of 4 floats
#define LOAD_X(address) (*(global const float4*)(address))
#else
#define LOAD_X(address) vload4(0, address)
#endif
#define INSIDE(i, j) (top + (i) >= 0 && top + (i) < z.h && left + (j) >= 0 && left + (j) < z.w)
#define LOAD(i, j) \
  (INSIDE(i, j) ? LOAD_X(x + (top + (i)) * z.x.row + (left + (j)) * z.x.pixel) : (float4)0.0f)
#define SAVE(f, value) *(global float4*)(v + (f)*cut.v_plane) = value;
  TRANSFORM_INPUT
#undef LOAD
#undef SAVE
}

kernel void winograd_output(Sizes z, Cut cut, global const float* m, long m_at,
                            global const float* packed, global const float* residual,
                            long residual_at, global float* y, long y_at) {
  const int k = get_global_id(0) * 4, tile = get_global_id(1);
  if (k >= z.k || tile >= cut.tiles) return;
  const int column = tile % cut.columns, above = tile / cut.columns, n = above / cut.rows;
  const int p = above % cut.rows * TILE, q = column * TILE;
  const float4 start = vload4(0, packed + k);
  m += m_at + tile * z.panels * PANEL + k;
  residual +=
      residual_at + (long)n * z.residual.image + p * z.residual.row + q * z.residual.pixel + k;
  y += y_at + (long)n * z.y.image + p * z.y.row + q * z.y.pixel + k;
#define LOAD(i, j) (*(global const float4*)(m + ((i)*SIDE + (j)) * cut.m_plane))
#define SAVE(i, j, value)                                                                       \
  if (p + i < z.p && q + j < z.q)                                                               \
    store_ends(z, start + value, z.k - k, residual + i * z.residual.row + j * z.residual.pixel, \
               y + i * z.y.row + j * z.y.pixel);
  TRANSFORM_OUTPUT
}
