// The matrices of Winograd's minimal filtering F(m x m, 3 x 3), as exact rationals.
#pragma once

namespace dlis {

struct Rational {
  int over = 0, under = 1;
  constexpr double value() const { return double(over) / under; }
};

// A tile of m x m outputs y of a 3 x 3 filter g over a x a inputs d, a = m + 2:
//   y = A^T [(G g G^T) * (B^T d B)] A,  * element by element
// so a tile takes a * a multiplications in place of 9 * m * m. Row-major. The entries of B^T and
// A^T are exact in f32. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.
struct WinogradMatrices {
  int m, a;
  const Rational* g;   // a x 3
  const Rational* bt;  // a x a
  const Rational* at;  // m x a
};

// Of m = 2, 4 or 6; null for any other.
const WinogradMatrices* winograd_matrices(int m);

// u = G g G^T, in double: 3 x 3 values to a x a.
void winograd_weights(const WinogradMatrices& matrices, const float* g, double* u);

}  // namespace dlis
