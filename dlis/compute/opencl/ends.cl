// What every kernel that computes convolutions does to its sums (dlis/compute/fused.h).
// `activation` is an Activation, `a` and `b` are its parameters.
typedef struct {
  int add, activation;
  float a, b;
} Ends;

float8 activate(Ends e, float8 x) {
  switch (e.activation) {
    case 1:
      return max(x, 0.0f);
    case 2:
      return min(max(x, e.a), e.b);
    case 3:
      return select(x, e.a * x, x < 0.0f);
    case 4:
      return x * clamp(x / 6.0f + 0.5f, 0.0f, 1.0f);
    case 5:
      return clamp(e.a * x + e.b, 0.0f, 1.0f);
    case 6:
      return 1.0f / (1.0f + exp(-x));
  }
  return x;
}

// Stores the first `left` of 8 neighbouring filters.
void store_ends(Ends e, float8 sum, int left, global const float* residual, global float* y) {
  if (left >= 8) {
    if (e.add) sum += vload8(0, residual);
    vstore8(activate(e, sum), 0, y);
    return;
  }
  float part[8] = {0};
  if (e.add)
    for (int i = 0; i < left; ++i) part[i] = residual[i];
  vstore8(activate(e, sum + vload8(0, part)), 0, part);
  for (int i = 0; i < left; ++i) y[i] = part[i];
}
