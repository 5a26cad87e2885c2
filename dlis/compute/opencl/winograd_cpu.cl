// Winograd convolution for CPU devices.
//
// A work item takes a block of tiles through all three steps, a panel of filters after the other:
// inputs transformed to V, the products M[f] = V[f] U[f] of each frequency by the register block,
// M transformed to outputs. V and M are local memory, which a CPU device gives each core once, so
// they stay in its second-level cache. Where the weights are large and tiles few (SHARED) a kernel
// of its own transforms all inputs first, and an item is one panel of a block, so that weights are
// read as seldom as can be. Every sum runs in the order of the channels, whatever the cut.
#define WIDTH 16
// Weights are read once from far away, as many streams that are short beside what a processor needs
// to foresee them, so they are asked for AHEAD floats before. (PoCL's prefetch() does nothing.) At
// 7x7x512 tiles of 2x2 took 0.64 ms in place of 0.75 to 0.96, those of 4x4 1.0 in place of 1.6;
// where weights stay in a core's cache it costs 5 %.
#if AHEAD && defined(__clang__)
#define ASK(w)                                                    \
  __builtin_prefetch((const void*)(size_t)(w + AHEAD), 0, 2);     \
  __builtin_prefetch((const void*)(size_t)(w + AHEAD + 16), 0, 2);
#endif
#include "weights.cl"
#include "block.cl"
#include "conv.cl"
#if TILE == 2
#include "winograd_f2.cl"
#else
#include "winograd_f4.cl"
#endif
#define SIDE (TILE + 2)

typedef struct {
  int rows, columns, tiles;  // tiles along the map, of all images
  int block;                 // tiles of a block
  int v_pitch, v_plane, m_plane;
} Cut;

#if SHARED
#define V_SPACE global
#else
#define V_SPACE local
#endif

#define FREQUENCIES (SIDE * SIDE)

// Tile `tile` into row `row` of V.
INLINE void transform_input(Sizes z, Cut cut, int tile, int row, global const float* x,
                            global const float* zeros, V_SPACE float* v) {
  const int column = tile % cut.columns, above = tile / cut.columns;
  const int top = above % cut.rows * TILE - z.pad_top, left = column * TILE - z.pad_left;
  global const float* at[FREQUENCIES];
  x += (long)(above / cut.rows) * z.x.image;
  for (int i = 0; i < SIDE; ++i)
    for (int j = 0; j < SIDE; ++j) {
      const int h = top + i, w = left + j;
      const int in = h >= 0 && h < z.h && w >= 0 && w < z.w;
      at[i * SIDE + j] = in ? x + (h * z.x.row + w * z.x.pixel) : zeros;
    }
  v += row * cut.v_pitch;
  for (int c = 0; c < z.c; c += 16) {
#define LOAD(i, j) vload16(0, at[(i)*SIDE + (j)] + c)
#define SAVE(f, value) vstore16(value, 0, v + (f)*cut.v_plane + c);
    TRANSFORM_INPUT
#undef LOAD
#undef SAVE
  }
}

#define POINT(i) V_SPACE const float* x##i = v + min(row + i, tiles - 1) * cut.v_pitch;
#define KEEP(i)                                  \
  if (row + i < tiles) {                         \
    vstore16(low##i, 0, m + (row + i) * PANEL);  \
    vstore16(high##i, 1, m + (row + i) * PANEL); \
  }

// M of `tiles` tiles and one panel.
INLINE void multiply(Sizes z, Cut cut, int tiles, V_SPACE const float* v, global const float* u,
                     local float* m) {
  for (int f = 0; f < FREQUENCIES; ++f, v += cut.v_plane, u += z.plane, m += cut.m_plane)
    for (int row = 0; row < tiles; row += ROWS) {
      global const float* w = u;
      EACH_ROW(POINT)
      EACH_ROW(START_SUMS)
      ADD_PRODUCTS(z.c)
      EACH_ROW(KEEP)
    }
}

// The outputs of a tile for `left` filters of a panel, at most 32; the pointers are at the panel.
INLINE void transform_output(Sizes z, Cut cut, int tile, int left, local const float* m,
                             global const float* bias, global const float* residual,
                             global float* y) {
  const int column = tile % cut.columns, above = tile / cut.columns;
  const int p = above % cut.rows * TILE, q = column * TILE;
  const int rows = min(TILE, z.p - p), columns = min(TILE, z.q - q);
  residual +=
      (long)(above / cut.rows) * z.residual.image + p * z.residual.row + q * z.residual.pixel;
  y += (long)(above / cut.rows) * z.y.image + p * z.y.row + q * z.y.pixel;
  for (int k = 0; k < min(left, PANEL); k += 16) {
    const float16 start = vload16(0, bias + k);
    float16 sums[TILE * TILE];
#define LOAD(i, j) vload16(0, m + ((i)*SIDE + (j)) * cut.m_plane + k)
#define SAVE(i, j, value) sums[(i)*TILE + (j)] = start + value;
    TRANSFORM_OUTPUT
#undef LOAD
#undef SAVE
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j)
        store_ends(z, sums[i * TILE + j], left - k,
                   residual + i * z.residual.row + j * z.residual.pixel + k,
                   y + i * z.y.row + j * z.y.pixel + k);
  }
}

// One panel of the tiles [first, first + tiles), whose transformed inputs begin at v.
INLINE void panel_of(Sizes z, Cut cut, int panel, int first, int tiles, V_SPACE const float* v,
                     global const float* packed, local float* m, global const float* residual,
                     global float* y) {
  const int k = panel * PANEL;
  multiply(z, cut, tiles, v, packed + z.weights_at + k * z.c, m);
  for (int i = 0; i < tiles; ++i)
    transform_output(z, cut, first + i, z.k - k, m + i * PANEL, packed + k, residual + k, y + k);
}

#if SHARED
__attribute__((reqd_work_group_size(1, 1, 1))) kernel void winograd_input(
    Sizes z, Cut cut, global const float* x, long x_at, global const float* packed,
    global float* v) {
  const int tile = get_group_id(0);
  transform_input(z, cut, tile, tile, x + x_at, packed + z.zeros_at, v);
}

__attribute__((reqd_work_group_size(1, 1, 1))) kernel void winograd_products(
    Sizes z, Cut cut, global const float* v, global const float* packed,
    global const float* residual, long residual_at, global float* y, long y_at, local float* m) {
  const int item = get_group_id(0), first = item / z.panels * cut.block;
  panel_of(z, cut, item % z.panels, first, min(cut.block, cut.tiles - first),
           v + first * cut.v_pitch, packed, m, residual + residual_at, y + y_at);
}
#else
__attribute__((reqd_work_group_size(1, 1, 1))) kernel void winograd(
    Sizes z, Cut cut, global const float* x, long x_at, global const float* packed,
    global const float* residual, long residual_at, global float* y, long y_at, local float* v,
    local float* m) {
  const int first = get_group_id(0) * cut.block, tiles = min(cut.block, cut.tiles - first);
  for (int i = 0; i < tiles; ++i)
    transform_input(z, cut, first + i, i, x + x_at, packed + z.zeros_at, v);
  for (int panel = 0; panel < z.panels; ++panel)
    panel_of(z, cut, panel, first, tiles, v, packed, m, residual + residual_at, y + y_at);
}
#endif
