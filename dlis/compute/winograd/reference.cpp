// A^T [w * f(B^T d B)] A by its definition (model/ops/winograd_conv.cpp).
#include "dlis/compute/winograd/reference.h"

#include <algorithm>
#include <cmath>

#include "dlis/base/winograd.h"

namespace dlis {
namespace {

// All of it, or with every term by its absolute value.
struct Oracle {
  const ConvProblem& p;
  const ConstView& x;
  const WinogradMatrices& f;
  bool magnitudes;

  double term(double value) const { return magnitudes ? std::abs(value) : value; }
  double bt(int i, int j) const { return term(f.bt[i * f.a + j].value()); }
  double at(std::int64_t i, int j) const { return term(f.at[i * f.a + j].value()); }

  double padded(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) const {
    if (h < 0 || h >= p.h || w < 0 || w >= p.w) return 0;
    return term(double(
        x.as<float>()[n * x.strides[0] + c * x.strides[1] + h * x.strides[2] + w * x.strides[3]]));
  }

  // f(B^T d B) of the tile whose first input is (h, w).
  void transform(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w, double* v) const {
    double half[kWinogradMostValues] = {};
    for (int i = 0; i < f.a; ++i)
      for (int j = 0; j < f.a; ++j)
        for (int t = 0; t < f.a; ++t) half[i * f.a + j] += bt(i, t) * padded(n, c, h + t, w + j);
    for (int i = 0; i < f.a; ++i)
      for (int j = 0; j < f.a; ++j) {
        double sum = 0;
        for (int t = 0; t < f.a; ++t) sum += half[i * f.a + t] * bt(j, t);
        v[i * f.a + j] = p.winograd_relu ? std::max(0.0, sum) : sum;
      }
  }

  // A^T m A at (i, j).
  double output(const double* m, std::int64_t i, std::int64_t j) const {
    double sum = 0;
    for (int s = 0; s < f.a; ++s)
      for (int t = 0; t < f.a; ++t) sum += at(i, s) * m[s * f.a + t] * at(j, t);
    return sum;
  }
};

}  // namespace

std::vector<double> winograd_sums(const ConvProblem& p, const ConstView& x, const float* weights,
                                  std::int64_t n, std::int64_t row, bool magnitudes) {
  const WinogradMatrices& f = *winograd_matrices(p.winograd);
  const Oracle oracle{p, x, f, magnitudes};
  const std::int64_t values = f.a * f.a, first = row / f.m * f.m;
  std::vector<double> v(std::size_t(p.c * values)), sums(std::size_t(p.q() * p.k));
  for (std::int64_t q0 = 0; q0 < p.q(); q0 += f.m) {
    for (std::int64_t c = 0; c < p.c; ++c)
      oracle.transform(n, c, first - p.pad_top, q0 - p.pad_left, v.data() + c * values);
    for (std::int64_t k = 0; k < p.k; ++k) {
      double m[kWinogradMostValues] = {};
      const float* w = weights + k * p.c * values;
      for (std::int64_t i = 0; i < p.c * values; ++i)
        m[i % values] += oracle.term(double(w[i])) * v[std::size_t(i)];
      for (std::int64_t q = q0; q < std::min(q0 + f.m, p.q()); ++q)
        sums[std::size_t(q * p.k + k)] = oracle.output(m, row - first, q - q0);
    }
  }
  return sums;
}

}  // namespace dlis
