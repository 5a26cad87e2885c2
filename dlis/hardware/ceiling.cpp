// Runs the ceiling loops on as many threads as asked for, one on each allowed processor.
#include "dlis/hardware/ceiling.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "dlis/base/buffer.h"
#include "dlis/base/thread.h"
#include "dlis/hardware/ceiling_loops.h"

namespace dlis {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Runs `work(thread)` over and over on all threads at once for about `seconds`; the sum over the
// threads of what they did in a second, where one call counts `amount`.
double rate(int threads, double seconds, double amount, const std::function<void(int)>& work) {
  std::vector<double> rates(std::size_t(threads), 0.0);
  std::atomic<int> waiting{threads};
  // A single thread stays where the caller is, since that is where its work will run.
  const std::vector<int> cpus = threads > 1 ? allowed_cpus() : std::vector<int>();
  const auto measure = [&](int index) {
    if (!cpus.empty()) pin_this_thread(cpus[std::size_t(index) % cpus.size()]);
    work(index);  // wakes the core up and touches the memory
    for (--waiting; waiting.load() > 0;) std::this_thread::yield();
    const auto begin = std::chrono::steady_clock::now();
    double calls = 0, elapsed = 0;
    for (; elapsed < seconds || calls == 0; elapsed = seconds_since(begin), ++calls) work(index);
    rates[std::size_t(index)] = calls * amount / elapsed;
  };
  std::vector<std::thread> others;
  if (threads == 1) {
    measure(0);
  } else {
    for (int i = 0; i < threads; ++i) others.emplace_back(measure, i);
    for (std::thread& thread : others) thread.join();
  }
  double sum = 0;
  for (double each : rates) sum += each;
  return sum;
}

std::atomic<float> sink;

}  // namespace

double measure_gflops(int threads, double seconds) {
  const CeilingLoops& loops = ceiling_loops_for(host_isa());
  constexpr std::int64_t kTurns = 100000;
  return rate(std::max(threads, 1), seconds, double(kTurns) * loops.flops * 1e-9,
              [&](int) { sink.store(loops.multiply_add(kTurns), std::memory_order_relaxed); });
}

Ceiling measure_ceiling(int threads) {
  threads = std::max(threads, 1);
  Ceiling best;
  for (int i = 0; i < 5; ++i) best.gflops = std::max(best.gflops, measure_gflops(threads, 0.04));

  // Together far beyond any last-level cache; each thread reads its own part.
  constexpr std::size_t kBytes = std::size_t(256) << 20;
  const CeilingLoops& loops = ceiling_loops_for(host_isa());
  Buffer memory(kBytes);
  std::fill_n(memory.data(), kBytes, std::byte(1));  // untouched pages would all be one page
  const std::size_t share = kBytes / std::size_t(threads) / 512 * 512;
  for (int i = 0; i < 2; ++i) {
    const double bytes = rate(threads, 0.1, double(share), [&](int index) {
      const auto* from = reinterpret_cast<const float*>(memory.data() + std::size_t(index) * share);
      sink.store(loops.read(from, share / sizeof(float)), std::memory_order_relaxed);
    });
    best.gbytes = std::max(best.gbytes, bytes * 1e-9);
  }
  return best;
}

}  // namespace dlis
