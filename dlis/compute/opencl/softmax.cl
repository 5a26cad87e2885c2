// Softmax and LogSoftmax: one work item computes one row of `length` elements.
#include "loops.cl"

kernel void softmax(Loops l, int count, int length, int y_step, int x_step, int logarithm,
                    global float* y, long y_at, global const float* x, long x_at) {
  const int item = get_global_id(0);
  if (item >= count) return;
  const Offsets o = offsets_of(&l, item);
  y += y_at + o.at[0];
  x += x_at + o.at[1];
  float largest = -INFINITY, sum = 0.0f;
  for (int i = 0; i < length; ++i) largest = max(largest, x[i * x_step]);
  for (int i = 0; i < length; ++i) sum += exp(x[i * x_step] - largest);
  const float shift = logarithm ? largest + log(sum) : largest;
  for (int i = 0; i < length; ++i) {
    const float value = x[i * x_step] - shift;
    y[i * y_step] = logarithm ? value : exp(value) / sum;
  }
}
