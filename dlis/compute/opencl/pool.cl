// Pooling over two spatial axes: one work item computes one output element, or those of 16 neighbouring
// channels, which PoCL does not find by itself (35 times slower, 112x112 with 64 channels).
typedef struct {
  int in, out, kernel_size, stride, dilation, pad_begin, pad_end, in_stride, out_stride;
} Axis;

typedef struct {
  int images, channels, in_image, out_image, in_channel, out_channel;
  int average, counts_padding;
  Axis axes[2];
} Pool;

// Taps of one output index that lie below `limit`.
int taps_below(const Axis* a, int first, int limit) {
  return first >= limit ? 0 : min((limit - first + a->dilation - 1) / a->dilation, a->kernel_size);
}

// The window of one output pixel, within the input.
typedef struct {
  int n, at[2], first[2], from[2], to[2], divisor;
} Window;

Window window_of(const Pool* z, int pixel) {
  Window w;
  w.at[1] = pixel % z->axes[1].out;
  pixel /= z->axes[1].out;
  w.at[0] = pixel % z->axes[0].out;
  w.n = pixel / z->axes[0].out;
  w.divisor = 1;
  for (int i = 0; i < 2; ++i) {
    const Axis* a = &z->axes[i];
    w.first[i] = w.at[i] * a->stride - a->pad_begin;
    w.from[i] = taps_below(a, w.first[i], 0);
    w.to[i] = taps_below(a, w.first[i], a->in);
    w.divisor *=
        z->counts_padding ? taps_below(a, w.first[i], a->in + a->pad_end) : w.to[i] - w.from[i];
  }
  return w;
}

// `type` values at once; sums are of a row each, so that large windows lose little.
#define POOL(name, type, lanes, load, store)                                                      \
  kernel void name(Pool z, int count, global float* y, long y_at, global const float* x,          \
                   long x_at) {                                                                   \
    const int item = get_global_id(0), groups = z.channels / lanes;                               \
    if (item >= count) return;                                                                    \
    const int c = item % groups * lanes;                                                          \
    const Window w = window_of(&z, item / groups);                                                \
    x += x_at + (long)w.n * z.in_image + c * z.in_channel;                                        \
    type result = z.average ? (type)(0.0f) : (type)(-INFINITY);                                   \
    for (int r = w.from[0]; r < w.to[0]; ++r) {                                                   \
      global const float* row = x + (w.first[0] + r * z.axes[0].dilation) * z.axes[0].in_stride;  \
      type sum = (type)(0.0f);                                                                    \
      for (int s = w.from[1]; s < w.to[1]; ++s) {                                                 \
        const type value = load(row + (w.first[1] + s * z.axes[1].dilation) * z.axes[1].in_stride); \
        if (z.average)                                                                            \
          sum += value;                                                                           \
        else                                                                                      \
          result = max(result, value);                                                            \
      }                                                                                           \
      result += sum;                                                                              \
    }                                                                                             \
    if (z.average) result /= w.divisor;                                                           \
    store(result, y + y_at + (long)w.n * z.out_image + c * z.out_channel +                        \
                      w.at[0] * z.axes[0].out_stride + w.at[1] * z.axes[1].out_stride);           \
  }

#define LOAD_ONE(at) *(at)
#define STORE_ONE(value, at) *(at) = value
#define LOAD_16(at) vload16(0, at)
#define STORE_16(value, at) vstore16(value, 0, at)

POOL(pool, float, 1, LOAD_ONE, STORE_ONE)
POOL(pool_16, float16, 16, LOAD_16, STORE_16)
