// Whether it pays to skip transformed activations that are zero, as they are behind a Relu in the
// Winograd domain: the product of one frequency over a block of tiles, dense and skipping.
//
// Zeros lie elsewhere in every tile, so the dense kernel's rows of tiles cannot skip together: a
// tile by itself lists its non-zero channels, and each of them is one value times a row of weights
// for 128 filters. That is a load of weights for every multiply-add, where a block of 14 tiles
// loads them once for 14.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

#include "dlis/compute/winograd/kernels.h"
#include "dlis/hardware/isa.h"

#if defined(__x86_64__)

namespace dlis {
namespace {

constexpr std::int64_t kTiles = 56, kFilters = 128;
using Lanes = float __attribute__((vector_size(64), aligned(4)));
constexpr std::int64_t kLanes = 16;

struct Product {
  Product(std::int64_t count, double density) : channels(count) {
    std::mt19937 rng(1);
    std::uniform_real_distribution<float> value(0, 1);
    v.resize(std::size_t(kTiles * channels));
    weights.resize(std::size_t(channels * kFilters + kLanes));
    y.resize(std::size_t(kTiles * kFilters));
    for (float& x : v) x = value(rng) < density ? value(rng) : 0;
    for (float& x : weights) x = value(rng) - 0.5f;
  }
  std::int64_t channels;
  std::vector<float> v, weights, y;
};

// Weights as the dense kernel has them: panels of `wide` filters.
std::vector<float> panels_of(const Product& p, std::int64_t wide) {
  std::vector<float> out;
  for (std::int64_t first = 0; first < kFilters; first += wide)
    for (std::int64_t c = 0; c < p.channels; ++c)
      for (std::int64_t k = first; k < first + wide; ++k)
        out.push_back(p.weights[std::size_t(c * kFilters + k)]);
  return out;
}

void dense(Product& p, const std::vector<float>& panels, const WinogradProducts& kernels) {
  WinogradProduct t;
  t.a_step = p.channels;
  t.y_step = kFilters;
  t.terms = p.channels;
  for (std::int64_t first = 0; first < kFilters; first += kernels.wide) {
    t.b = panels.data() + first * p.channels;
    for (std::int64_t tile = 0; tile < kTiles; tile += kernels.rows) {
      t.a = p.v.data() + tile * p.channels;
      t.y = p.y.data() + tile * kFilters + first;
      kernels.kernel[1][std::min<std::int64_t>(kernels.rows, kTiles - tile)](t);
    }
  }
}

std::int64_t list_of(const float* v, std::int64_t channels, std::int32_t* list) {
  std::int64_t count = 0;
  for (std::int32_t c = 0; c < channels; ++c) {
    list[count] = c;
    count += v[c] != 0;
  }
  return count;
}

__attribute__((target("avx512f"), optimize("fp-contract=fast"))) void skipping(
    Product& p, std::vector<std::int32_t>& list) {
  for (std::int64_t tile = 0; tile < kTiles; ++tile) {
    const float* v = p.v.data() + tile * p.channels;
    const std::int64_t count = list_of(v, p.channels, list.data());
    Lanes y0{}, y1{}, y2{}, y3{}, y4{}, y5{}, y6{}, y7{};
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t c = list[std::size_t(i)];
      const auto* w = reinterpret_cast<const Lanes*>(p.weights.data() + c * kFilters);
      const Lanes x = v[c] - Lanes{};
      y0 += x * w[0];
      y1 += x * w[1];
      y2 += x * w[2];
      y3 += x * w[3];
      y4 += x * w[4];
      y5 += x * w[5];
      y6 += x * w[6];
      y7 += x * w[7];
    }
    auto* y = reinterpret_cast<Lanes*>(p.y.data() + tile * kFilters);
    y[0] = y0, y[1] = y1, y[2] = y2, y[3] = y3, y[4] = y4, y[5] = y5, y[6] = y6, y[7] = y7;
  }
}

// Arguments: channels, percent of the transformed activations that are not zero.
void BM_InputSparsity(benchmark::State& state) {
  if (!__builtin_cpu_supports("avx512f")) return state.SkipWithError("needs AVX-512");
  Product p(state.range(0), double(state.range(1)) / 100);
  const WinogradProducts& kernels = winograd_products_for(host_isa());
  const std::vector<float> panels = panels_of(p, kernels.wide);
  std::vector<std::int32_t> list(std::size_t(p.channels) + 1);
  dense(p, panels, kernels);
  const std::vector<float> want = p.y;
  skipping(p, list);
  for (std::size_t i = 0; i < want.size(); ++i)
    if (std::abs(p.y[i] - want[i]) > 1e-5f * float(p.channels))
      return state.SkipWithError("the products differ");
  using Clock = std::chrono::steady_clock;
  std::chrono::nanoseconds times[2]{};
  for (auto _ : state) {  // in turns
    const auto begin = Clock::now();
    dense(p, panels, kernels);
    const auto middle = Clock::now();
    skipping(p, list);
    times[0] += middle - begin;
    times[1] += Clock::now() - middle;
    benchmark::DoNotOptimize(p.y.data());
  }
  const double macs = double(kTiles * kFilters * p.channels) * double(state.iterations());
  state.counters["dense_gflops"] = 2 * macs / double(times[0].count());
  state.counters["times_faster"] = double(times[0].count()) / double(times[1].count());
}
BENCHMARK(BM_InputSparsity)->ArgsProduct({{128, 256, 512}, {100, 70, 50, 40, 30, 20, 10}});

}  // namespace
}  // namespace dlis

#endif
