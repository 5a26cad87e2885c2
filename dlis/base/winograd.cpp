// The matrices' interpolation points are 0, infinity and pairs: +-1 (m = 2), +-3/4 and +-3/2
// (m = 4), +-1, +-2 and +-1/2 (m = 6). Of all pairs of eighths these had the smallest errors (m =
// 4: a quarter of the largest error of the usual +-1 and +-2). The two sums of a pair share terms.
#include "dlis/base/winograd.h"

namespace dlis {
namespace {

using R = Rational;

constexpr R kG2[] = {{1},    {},      {},      //
                     {1, 2}, {1, 2},  {1, 2},  //
                     {1, 2}, {-1, 2}, {1, 2},  //
                     {},     {},      {1}};
constexpr R kBt2[] = {{1}, {},   {-1}, {},  //
                      {},  {1},  {1},  {},  //
                      {},  {-1}, {1},  {},  //
                      {},  {-1}, {},   {1}};
constexpr R kAt2[] = {{1}, {1}, {1},  {},  //
                      {},  {1}, {-1}, {1}};

constexpr R kG4[] = {{64, 81},    {},        {},        //
                     {-128, 243}, {-32, 81}, {-8, 27},  //
                     {-128, 243}, {32, 81},  {-8, 27},  //
                     {32, 243},   {16, 81},  {8, 27},   //
                     {32, 243},   {-16, 81}, {8, 27},   //
                     {},          {},        {1}};
constexpr R kBt4[] = {{81, 64}, {},        {-45, 16}, {},        {1}, {},  //
                      {},       {-27, 16}, {-9, 4},   {3, 4},    {1}, {},  //
                      {},       {27, 16},  {-9, 4},   {-3, 4},   {1}, {},  //
                      {},       {-27, 32}, {-9, 16},  {3, 2},    {1}, {},  //
                      {},       {27, 32},  {-9, 16},  {-3, 2},   {1}, {},  //
                      {},       {81, 64},  {},        {-45, 16}, {},  {1}};
constexpr R kAt4[] = {{1}, {1},      {1},       {1},     {1},      {},  //
                      {},  {3, 4},   {-3, 4},   {3, 2},  {-3, 2},  {},  //
                      {},  {9, 16},  {9, 16},   {9, 4},  {9, 4},   {},  //
                      {},  {27, 64}, {-27, 64}, {27, 8}, {-27, 8}, {1}};

constexpr R kG6[] = {{1},      {},        {},       //
                     {-2, 9},  {-2, 9},   {-2, 9},  //
                     {-2, 9},  {2, 9},    {-2, 9},  //
                     {1, 90},  {1, 45},   {2, 45},  //
                     {1, 90},  {-1, 45},  {2, 45},  //
                     {32, 45}, {16, 45},  {8, 45},  //
                     {32, 45}, {-16, 45}, {8, 45},  //
                     {},       {},        {1}};
constexpr R kBt6[] = {{1}, {},      {-21, 4}, {},       {21, 4},  {},       {-1}, {},  //
                      {},  {1},     {1},      {-17, 4}, {-17, 4}, {1},      {1},  {},  //
                      {},  {-1},    {1},      {17, 4},  {-17, 4}, {-1},     {1},  {},  //
                      {},  {1, 2},  {1, 4},   {-5, 2},  {-5, 4},  {2},      {1},  {},  //
                      {},  {-1, 2}, {1, 4},   {5, 2},   {-5, 4},  {-2},     {1},  {},  //
                      {},  {2},     {4},      {-5, 2},  {-5},     {1, 2},   {1},  {},  //
                      {},  {-2},    {4},      {5, 2},   {-5},     {-1, 2},  {1},  {},  //
                      {},  {-1},    {},       {21, 4},  {},       {-21, 4}, {},   {1}};
constexpr R kAt6[] = {{1}, {1}, {1},  {1},  {1},   {1},     {1},      {},  //
                      {},  {1}, {-1}, {2},  {-2},  {1, 2},  {-1, 2},  {},  //
                      {},  {1}, {1},  {4},  {4},   {1, 4},  {1, 4},   {},  //
                      {},  {1}, {-1}, {8},  {-8},  {1, 8},  {-1, 8},  {},  //
                      {},  {1}, {1},  {16}, {16},  {1, 16}, {1, 16},  {},  //
                      {},  {1}, {-1}, {32}, {-32}, {1, 32}, {-1, 32}, {1}};

constexpr WinogradMatrices kMatrices[] = {
    {2, 4, kG2, kBt2, kAt2}, {4, 6, kG4, kBt4, kAt4}, {6, 8, kG6, kBt6, kAt6}};

}  // namespace

const WinogradMatrices* winograd_matrices(int m) {
  for (const WinogradMatrices& each : kMatrices)
    if (each.m == m) return &each;
  return nullptr;
}

void winograd_weights(const WinogradMatrices& matrices, const float* g, double* u) {
  const int a = matrices.a;
  double rows[8 * 3];  // G g
  for (int i = 0; i < a; ++i)
    for (int s = 0; s < 3; ++s) {
      rows[i * 3 + s] = 0;
      for (int r = 0; r < 3; ++r) rows[i * 3 + s] += matrices.g[i * 3 + r].value() * g[r * 3 + s];
    }
  for (int i = 0; i < a; ++i)
    for (int j = 0; j < a; ++j) {
      u[i * a + j] = 0;
      for (int s = 0; s < 3; ++s) u[i * a + j] += rows[i * 3 + s] * matrices.g[j * 3 + s].value();
    }
}

void winograd_weights(const WinogradMatrices& matrices, std::span<const float> filters,
                      std::span<float> domain) {
  const auto values = std::size_t(matrices.a * matrices.a);
  double u[kWinogradMostValues];
  for (std::size_t i = 0; i < filters.size() / 9; ++i) {
    winograd_weights(matrices, filters.data() + i * 9, u);
    for (std::size_t f = 0; f < values; ++f) domain[i * values + f] = float(u[f]);
  }
}

std::vector<double> winograd_energy(const WinogradMatrices& matrices) {
  const auto a = std::size_t(matrices.a), m = std::size_t(matrices.m);
  std::vector<double> one(a), both;  // along one axis
  for (std::size_t i = 0; i < a; ++i) {
    double out = 0, in = 0;
    for (std::size_t r = 0; r < m; ++r) {
      const double value = matrices.at[r * a + i].value();
      out += value * value;
    }
    for (std::size_t t = 0; t < a; ++t) {
      const double value = matrices.bt[i * a + t].value();
      in += value * value;
    }
    one[i] = out * in / double(m);
  }
  for (const double row : one)
    for (const double column : one) both.push_back(row * column);
  return both;
}

}  // namespace dlis
