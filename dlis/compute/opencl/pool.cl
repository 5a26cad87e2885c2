// Pooling over two spatial axes: one work item computes one output element.
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

kernel void pool(Pool z, int count, global float* y, long y_at, global const float* x, long x_at) {
  int item = get_global_id(0);
  if (item >= count) return;
  const int c = item % z.channels;
  item /= z.channels;
  int at[2], first[2], from[2], to[2], divisor = 1;
  at[1] = item % z.axes[1].out;
  item /= z.axes[1].out;
  at[0] = item % z.axes[0].out;
  const int n = item / z.axes[0].out;
  for (int i = 0; i < 2; ++i) {
    const Axis* a = &z.axes[i];
    first[i] = at[i] * a->stride - a->pad_begin;
    from[i] = taps_below(a, first[i], 0);
    to[i] = taps_below(a, first[i], a->in);
    divisor *= z.counts_padding ? taps_below(a, first[i], a->in + a->pad_end) : to[i] - from[i];
  }
  x += x_at + (long)n * z.in_image + c * z.in_channel;
  float result = z.average ? 0.0f : -INFINITY;
  for (int r = from[0]; r < to[0]; ++r) {
    global const float* row = x + (first[0] + r * z.axes[0].dilation) * z.axes[0].in_stride;
    float sum = 0.0f;  // of a row, so that large windows lose little
    for (int s = from[1]; s < to[1]; ++s) {
      const float value = row[(first[1] + s * z.axes[1].dilation) * z.axes[1].in_stride];
      if (z.average)
        sum += value;
      else
        result = max(result, value);
    }
    result += sum;
  }
  y[y_at + (long)n * z.out_image + c * z.out_channel + at[0] * z.axes[0].out_stride +
    at[1] * z.axes[1].out_stride] = z.average ? result / divisor : result;
}
