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
  int add;
  float low, high, a, b;
} Sizes;

#define PANEL 32  // filters, side by side in the packed weights

// ACTIVATION is an Activation; none, relu and clip are all clamps from `low` to `high`.
#if ACTIVATION == 3
#define ACTIVATE(z, x) select(z.a * x, x, x >= 0.0f)
#elif ACTIVATION == 4
#define ACTIVATE(z, x) (x * clamp(x / 6.0f + 0.5f, 0.0f, 1.0f))
#elif ACTIVATION == 5
#define ACTIVATE(z, x) clamp(z.a * x + z.b, 0.0f, 1.0f)
#elif ACTIVATION == 6
#define ACTIVATE(z, x) (1.0f / (1.0f + exp(-(x))))
#else
#define ACTIVATE(z, x) min(max(x, z.low), z.high)
#endif

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR JOIN(float, WIDTH)  // WIDTH neighbouring channels or filters
#define LOAD_VECTOR JOIN(vload, WIDTH)
#define STORE_VECTOR JOIN(vstore, WIDTH)

// The first `count` filters of a vector, of one pixel. `residual` counts only where z.add.
inline void store_ends(Sizes z, VECTOR sum, int count, global const float* residual,
                       global float* y) {
  if (count >= WIDTH) {
    if (z.add) sum += LOAD_VECTOR(0, residual);
    STORE_VECTOR(ACTIVATE(z, sum), 0, y);
    return;
  }
  float part[WIDTH];
  for (int i = 0; i < WIDTH; ++i) part[i] = z.add && i < count ? residual[i] : 0.0f;
  sum += LOAD_VECTOR(0, part);
  STORE_VECTOR(ACTIVATE(z, sum), 0, part);
  for (int i = 0; i < count; ++i) y[i] = part[i];
}
