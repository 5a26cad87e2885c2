// What all convolution kernels share: the sizes of a call (ConvSizes of conv_sizes.h, member by
// member) and what happens to a sum before it is stored.
typedef struct {
  int image, row, pixel;  // floats from one to the next
} Strides;

typedef struct {
  int n, h, w, c, k, p, q, r, s;
  int pad_top, pad_left, stride_h, stride_w, dilation_h, dilation_w;
  int terms, panels, zeros_at, weights_at, plane;  // of the packed weights, in floats
  Strides x, residual, y;
  int bias, add, activation;  // an Activation of dlis/compute/fused.h
  float low, high, a, b;
} Sizes;

// Calls would copy Sizes each time.
#define INLINE static inline __attribute__((always_inline))

#define PANEL 32  // filters, side by side in the packed weights

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR JOIN(float, WIDTH)  // WIDTH neighbouring channels or filters
#define LOAD_VECTOR JOIN(vload, WIDTH)
#define STORE_VECTOR JOIN(vstore, WIDTH)

INLINE VECTOR activate(Sizes z, VECTOR x) {
  switch (z.activation) {
    case 3:
      return select(x, z.a * x, x < 0.0f);
    case 4:
      return x * clamp(x / 6.0f + 0.5f, 0.0f, 1.0f);
    case 5:
      return clamp(z.a * x + z.b, 0.0f, 1.0f);
    case 6:
      return 1.0f / (1.0f + exp(-x));
  }
  return min(max(x, z.low), z.high);  // none, relu, clip
}

// The first `count` filters of a vector, of one pixel. `residual` counts only where z.add.
INLINE void store_ends(Sizes z, VECTOR sum, int count, global const float* residual,
                       global float* y) {
  if (count >= WIDTH) {
    if (z.add) sum += LOAD_VECTOR(0, residual);
    STORE_VECTOR(activate(z, sum), 0, y);
    return;
  }
  float part[WIDTH];
  for (int i = 0; i < WIDTH; ++i) part[i] = z.add && i < count ? residual[i] : 0.0f;
  sum += LOAD_VECTOR(0, part);
  STORE_VECTOR(activate(z, sum), 0, part);
  for (int i = 0; i < count; ++i) y[i] = part[i];
}
