// The transforms of F(2x2, 3x3): points 0, +-1, infinity (dlis/base/winograd.h).
#define INPUT(t0, t1, t2, t3, d0, d1, d2, d3) \
  const VECTOR t0 = d0 - d2, t1 = d1 + d2, t2 = d2 - d1, t3 = d3 - d1;
#define OUTPUT(t0, t1, m0, m1, m2, m3) const VECTOR t0 = m0 + (m1 + m2), t1 = m3 + (m1 - m2);

// V = B^T d B of one tile: LOAD(i, j) is d, SAVE(f, v) takes frequency f.
#define INPUT_COLUMN(j)                                                                          \
  const VECTOR d0##j = LOAD(0, j), d1##j = LOAD(1, j), d2##j = LOAD(2, j), d3##j = LOAD(3, j);   \
  INPUT(b0##j, b1##j, b2##j, b3##j, d0##j, d1##j, d2##j, d3##j)
#define INPUT_ALONG(i)                                          \
  {                                                             \
    INPUT(t0, t1, t2, t3, b##i##0, b##i##1, b##i##2, b##i##3)   \
    SAVE(i * 4 + 0, t0)                                         \
    SAVE(i * 4 + 1, t1)                                         \
    SAVE(i * 4 + 2, t2)                                         \
    SAVE(i * 4 + 3, t3)                                         \
  }
#define TRANSFORM_INPUT                                             \
  {                                                                 \
    INPUT_COLUMN(0) INPUT_COLUMN(1) INPUT_COLUMN(2) INPUT_COLUMN(3) \
    INPUT_ALONG(0) INPUT_ALONG(1) INPUT_ALONG(2) INPUT_ALONG(3)     \
  }

// Y = A^T M A of one tile: LOAD(i, j) is M, SAVE(i, j, y) takes an output.
#define OUTPUT_COLUMN(j) OUTPUT(a0##j, a1##j, LOAD(0, j), LOAD(1, j), LOAD(2, j), LOAD(3, j))
#define OUTPUT_ALONG(i)                                 \
  {                                                     \
    OUTPUT(t0, t1, a##i##0, a##i##1, a##i##2, a##i##3)  \
    SAVE(i, 0, t0)                                      \
    SAVE(i, 1, t1)                                      \
  }
#define TRANSFORM_OUTPUT                                                \
  {                                                                     \
    OUTPUT_COLUMN(0) OUTPUT_COLUMN(1) OUTPUT_COLUMN(2) OUTPUT_COLUMN(3) \
    OUTPUT_ALONG(0) OUTPUT_ALONG(1)                                     \
  }
