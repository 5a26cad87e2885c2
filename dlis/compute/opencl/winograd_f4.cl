// The transforms of F(4x4, 3x3) along one axis: points 0, +-3/4, +-3/2, infinity
// (dlis/base/winograd.h). Rows that share sums come together.

// Rows 0 and 5 of B^T d, rows 1 and 2, rows 3 and 4.
#define INPUT_0(a, b, d0, d1, d2, d3, d4, d5)                            \
  a = fma((VECTOR)(81.0f / 64), d0, fma((VECTOR)(-45.0f / 16), d2, d4)); \
  b = fma((VECTOR)(81.0f / 64), d1, fma((VECTOR)(-45.0f / 16), d3, d5));
#define INPUT_PAIR(a, b, d1, d2, d3, d4, other, point)                \
  {                                                                   \
    const VECTOR even = fma(other, d2, d4), odd = fma(other, d1, d3); \
    a = fma(point, odd, even);                                        \
    b = fma(-point, odd, even);                                       \
  }
#define INPUT_1(a, b, d0, d1, d2, d3, d4, d5) \
  INPUT_PAIR(a, b, d1, d2, d3, d4, (VECTOR)(-9.0f / 4), (VECTOR)(3.0f / 4))
#define INPUT_2(a, b, d0, d1, d2, d3, d4, d5) \
  INPUT_PAIR(a, b, d1, d2, d3, d4, (VECTOR)(-9.0f / 16), (VECTOR)(3.0f / 2))

// Two rows of a transform at column j of what LOAD gives; `rows` is one of INPUT_n and OUTPUT_n.
#define COLUMN(rows, j)                                                              \
  VECTOR f##j, s##j;                                                                 \
  {                                                                                  \
    const VECTOR d0 = LOAD(0, j), d1 = LOAD(1, j), d2 = LOAD(2, j), d3 = LOAD(3, j), \
                 d4 = LOAD(4, j), d5 = LOAD(5, j);                                   \
    rows(f##j, s##j, d0, d1, d2, d3, d4, d5)                                         \
  }

// V = B^T d B of one tile: LOAD(i, j) is d, SAVE(f, v) takes frequency f.
#define INPUT_ALONG(row, x)                                                                     \
  {                                                                                             \
    VECTOR a, b;                                                                                \
    INPUT_0(a, b, x##0, x##1, x##2, x##3, x##4, x##5)                                           \
    SAVE(row * 6 + 0, a)                                                                        \
    SAVE(row * 6 + 5, b) INPUT_1(a, b, x##0, x##1, x##2, x##3, x##4, x##5) SAVE(row * 6 + 1, a) \
        SAVE(row * 6 + 2, b) INPUT_2(a, b, x##0, x##1, x##2, x##3, x##4, x##5)                  \
            SAVE(row * 6 + 3, a) SAVE(row * 6 + 4, b)                                           \
  }
#define INPUT_ROWS(group, first, second)                  \
  {                                                       \
    COLUMN(INPUT_##group, 0) COLUMN(INPUT_##group, 1)     \
    COLUMN(INPUT_##group, 2) COLUMN(INPUT_##group, 3)     \
    COLUMN(INPUT_##group, 4) COLUMN(INPUT_##group, 5)     \
    INPUT_ALONG(first, f) INPUT_ALONG(second, s)          \
  }
#define TRANSFORM_INPUT INPUT_ROWS(0, 0, 5) INPUT_ROWS(1, 1, 2) INPUT_ROWS(2, 3, 4)

// Rows 0 and 2 of A^T m, rows 1 and 3.
#define OUTPUT_0(a, b, d0, d1, d2, d3, d4, d5)    \
  {                                               \
    const VECTOR near = d1 + d2, far = d3 + d4;   \
    a = d0 + (near + far);                        \
    b = 9.0f / 16 * fma((VECTOR)4.0f, far, near); \
  }
#define OUTPUT_1(a, b, d0, d1, d2, d3, d4, d5)                       \
  {                                                                  \
    const VECTOR near = d1 - d2, far = d3 - d4;                      \
    a = 3.0f / 4 * fma((VECTOR)2.0f, far, near);                     \
    b = fma((VECTOR)(27.0f / 64), fma((VECTOR)8.0f, far, near), d5); \
  }

// Y = A^T M A of one tile: LOAD(i, j) is M, SAVE(i, j, y) takes an output.
#define OUTPUT_ALONG(row, x)                                                           \
  {                                                                                    \
    VECTOR a, b;                                                                       \
    OUTPUT_0(a, b, x##0, x##1, x##2, x##3, x##4, x##5)                                 \
    SAVE(row, 0, a)                                                                    \
    SAVE(row, 2, b) OUTPUT_1(a, b, x##0, x##1, x##2, x##3, x##4, x##5) SAVE(row, 1, a) \
        SAVE(row, 3, b)                                                                \
  }
#define OUTPUT_ROWS(group, first, second)                 \
  {                                                       \
    COLUMN(OUTPUT_##group, 0) COLUMN(OUTPUT_##group, 1)   \
    COLUMN(OUTPUT_##group, 2) COLUMN(OUTPUT_##group, 3)   \
    COLUMN(OUTPUT_##group, 4) COLUMN(OUTPUT_##group, 5)   \
    OUTPUT_ALONG(first, f) OUTPUT_ALONG(second, s)        \
  }
#define TRANSFORM_OUTPUT OUTPUT_ROWS(0, 0, 2) OUTPUT_ROWS(1, 1, 3)
