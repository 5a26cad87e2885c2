// The matrices of Winograd's minimal filtering F(m x m, 3 x 3), as exact rationals.
#pragma once
#include <span>
#include <vector>

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

inline constexpr int kWinogradMostValues = 8 * 8;  // a x a of the largest

// u = G g G^T, in double: 3 x 3 values to a x a.
void winograd_weights(const WinogradMatrices& matrices, const float* g, double* u);
// Of as many filters as there are, each value rounded once.
void winograd_weights(const WinogradMatrices& matrices, std::span<const float> filters,
                      std::span<float> domain);

// How far each of the a x a values of the Winograd domain moves an output: the mean square change
// of an output when value f of u changes by 1 and the inputs d are independent, of variance 1,
//   energy_f = |A^T e_f A|^2 E[(B^T d B)_f^2] / m^2,
// where for f = (i, j) the first is the squared norm of A^T's column i times that of its column j
// and the expectation that of B^T's row i times that of its row j. A value of a filter has 1. After
// the importance factors of Yu, Park and Naumov, "Spatial-Winograd Pruning Enabling Sparse Winograd
// Convolution", 2019, which are of measured inputs.
std::vector<double> winograd_energy(const WinogradMatrices& matrices);

}  // namespace dlis
