// Moves elements of type T between strided places, or fills them.
#include "loops.cl"

kernel void fill(Loops l, int count, T value, global T* y, long y_at) {
  const int item = get_global_id(0);
  if (item >= count) return;
  const Offsets o = offsets_of(&l, item);
  y[y_at + o.at[0]] = value;
}

kernel void copy(Loops l, int count, global T* y, long y_at, global const T* x, long x_at) {
  const int item = get_global_id(0);
  if (item >= count) return;
  const Offsets o = offsets_of(&l, item);
  y[y_at + o.at[0]] = x[x_at + o.at[1]];
}
