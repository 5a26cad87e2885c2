// Nested loops over strided operands (operators.h): operand 0 is the output.
typedef struct {
  int rank, extent[6], stride[3][6];
} Loops;

typedef struct {
  int at[3];
} Offsets;

// Where the operands lie at an iteration, counted from the innermost axis.
Offsets offsets_of(const Loops* l, int item) {
  Offsets o = {{0, 0, 0}};
  for (int axis = l->rank - 1; axis >= 0; --axis) {
    const int i = axis > 0 ? item % l->extent[axis] : item;
    if (axis > 0) item /= l->extent[axis];
    for (int k = 0; k < 3; ++k) o.at[k] += i * l->stride[k][axis];
  }
  return o;
}
