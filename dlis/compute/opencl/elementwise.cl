// Operators whose every output element comes from the input elements at its place. `op` is one of
// elementwise.h's codes.
#include "loops.cl"

float unary_of(int op, float x, float a, float b) {
  switch (op) {
    case 0:
      return max(x, 0.0f);
    case 1:
      return min(max(x, a), b);
    case 2:
      return x < 0.0f ? a * x : x;
    case 3:
      return x * clamp(x / 6.0f + 0.5f, 0.0f, 1.0f);
    case 4:
      return clamp(a * x + b, 0.0f, 1.0f);
    case 5:
      return 1.0f / (1.0f + exp(-x));
    case 6:
      return tanh(x);
    case 7:
      return exp(x);
    case 8:
      return sqrt(x);
  }
  return x;
}

float binary_of(int op, float x, float y) {
  switch (op) {
    case 0:
      return x + y;
    case 1:
      return x - y;
    case 2:
      return x * y;
    case 3:
      return x / y;
    case 4:
      return max(x, y);
    case 5:
      return min(x, y);
    case 6:
      return x < 0.0f ? y * x : x;
  }
  return x;
}

kernel void unary(Loops l, int count, int op, float a, float b, global float* y, long y_at,
                  global const float* x, long x_at) {
  const int item = get_global_id(0);
  if (item >= count) return;
  const Offsets o = offsets_of(&l, item);
  y[y_at + o.at[0]] = unary_of(op, x[x_at + o.at[1]], a, b);
}

kernel void binary(Loops l, int count, int op, global float* y, long y_at, global const float* x0,
                   long x0_at, global const float* x1, long x1_at) {
  const int item = get_global_id(0);
  if (item >= count) return;
  const Offsets o = offsets_of(&l, item);
  y[y_at + o.at[0]] = binary_of(op, x0[x0_at + o.at[1]], x1[x1_at + o.at[2]]);
}

// y = x * a + b, where a lies in the first half of `ab` and b in the second.
kernel void multiply_add(Loops l, int count, int half_ab, global float* y, long y_at,
                         global const float* x, long x_at, global const float* ab) {
  const int item = get_global_id(0);
  if (item >= count) return;
  const Offsets o = offsets_of(&l, item);
  y[y_at + o.at[0]] = fma(x[x_at + o.at[1]], ab[o.at[2]], ab[half_ab + o.at[2]]);
}
