// Moves elements of type T between strided places.
#include "loops.cl"

kernel void copy(Loops l, int count, global T* y, long y_at, global const T* x, long x_at) {
  const int item = get_global_id(0);
  if (item >= count) return;
  const Offsets o = offsets_of(&l, item);
  y[y_at + o.at[0]] = x[x_at + o.at[1]];
}
