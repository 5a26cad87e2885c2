// The register block of the CPU shape: ROWS rows x 32 filters, two vectors of named sums a row.
//
// A row's sums stay in registers over all terms; each step loads two vectors of weights and one
// value of each row. 12 rows take 24 of 32 vector registers, and the multiply-adds, not the loads,
// are the limit (95 % of the ceiling of AVX-512 through PoCL 3.1). Arrays in place of names would
// be spilled.
#define ROW_1(X) X(0)
#define ROW_2(X) ROW_1(X) X(1)
#define ROW_3(X) ROW_2(X) X(2)
#define ROW_4(X) ROW_3(X) X(3)
#define ROW_5(X) ROW_4(X) X(4)
#define ROW_6(X) ROW_5(X) X(5)
#define ROW_7(X) ROW_6(X) X(6)
#define ROW_8(X) ROW_7(X) X(7)
#define ROW_9(X) ROW_8(X) X(8)
#define ROW_10(X) ROW_9(X) X(9)
#define ROW_11(X) ROW_10(X) X(10)
#define ROW_12(X) ROW_11(X) X(11)
#define EACH_ROW(X) JOIN(ROW_, ROWS)(X)

#ifndef ASK  // for weights ahead of w
#define ASK(w)
#endif

#define START_SUMS(i) float16 low##i = 0, high##i = 0;
// Adds `terms` products: x##i points to row i's values, w to as many times 32 weights.
#define ADD_PRODUCTS(terms)                                     \
  for (int t = 0; t < (terms); ++t, w += PANEL) {               \
    ASK(w)                                                      \
    const float16 w0 = WEIGHTS_16(0, w), w1 = WEIGHTS_16(1, w); \
    EACH_ROW(ADD_PRODUCT)                                       \
  }
#define ADD_PRODUCT(i)                 \
  {                                    \
    const float16 value = x##i[t];     \
    low##i = fma(value, w0, low##i);   \
    high##i = fma(value, w1, high##i); \
  }
