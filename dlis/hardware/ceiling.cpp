// Runs the ceiling loops on as many threads as asked for, one on each allowed processor.
#include "dlis/hardware/ceiling.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <new>
#include <thread>
#include <vector>

#include "dlis/base/buffer.h"
#include "dlis/base/memory.h"
#include "dlis/base/thread.h"
#include "dlis/hardware/ceiling_loops.h"
#include "dlis/hardware/topology.h"

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

// Far beyond any last-level cache, for the threads to read a part each; less where the machine has
// little memory, none where it has nothing to give.
Buffer large_buffer() {
  constexpr std::int64_t kBytes = std::int64_t(256) << 20;
  for (std::int64_t bytes = std::min(kBytes, available_memory() / 4); bytes > 0; bytes /= 2) {
    try {
      return Buffer(std::size_t(bytes));
    } catch (const std::bad_alloc&) {
    }
  }
  return {};
}

}  // namespace

// Vector registers' multiply-adds a clock of common cores times their clock; memory as one channel
// gives it.
Ceiling nominal_ceiling(int threads) {
  const Topology& machine = host_topology();
  const double mhz =
      !machine.kinds.empty() && machine.kinds[0].max_mhz > 0 ? machine.kinds[0].max_mhz : 2500;
  double flops = 8;  // a clock
  if (host_isa() == Isa::avx2 || host_isa() == Isa::avx512) flops = 32;
  if (is_neon(host_isa())) flops = 16;
  const int cores = std::clamp(threads, 1, machine.usable_cpus());
  constexpr double kGbytes = 12, kMoreOfTwo = 1.4;
  return {.gflops = flops * mhz * 1e-3 * cores, .gbytes = kGbytes * (cores > 1 ? kMoreOfTwo : 1)};
}

namespace {

double measure_loop(const CeilingLoop& loop, int threads, double seconds) {
  constexpr std::int64_t kTurns = 100000;
  return rate(threads, seconds, double(kTurns) * loop.operations * 1e-9,
              [&](int) { sink.store(loop.run(kTurns), std::memory_order_relaxed); });
}

}  // namespace

double measure_gflops(int threads, double seconds) {
  return measure_loop(ceiling_loops_for(host_isa()).f32, std::max(threads, 1), seconds);
}

CeilingWatch::CeilingWatch(int threads)
    : threads_(std::max(threads, 1)), memory_(large_buffer()), next_(std::size_t(threads_)) {
  std::fill_n(memory_.data(), memory_.size(), std::byte(1));  // untouched pages would all be one
}

Ceiling CeilingWatch::measure(double seconds) {
  const CeilingLoops& loops = ceiling_loops_for(host_isa());
  Ceiling seen;
  seen.gflops = measure_loop(loops.f32, threads_, seconds);
  seen.bf16_gflops = loops.bf16.run ? measure_loop(loops.bf16, threads_, seconds) : seen.gflops;
  seen.int8_gops = measure_loop(loops.int8, threads_, seconds);
  seen.gbytes = measure_memory(seconds);
  return seen;
}

// Each thread reads the parts of its share one after another, so that none is still in a cache. A
// part is an odd number of kReadFloats: its streams begin in different sets of the caches.
double CeilingWatch::measure_memory(double seconds) {
  constexpr std::size_t kParts = 8;
  const std::size_t share = memory_.size() / sizeof(float) / std::size_t(threads_);
  const std::size_t blocks = share / kParts / kReadFloats;
  if (blocks == 0) return 0;
  const std::size_t part = (blocks - (blocks + 1) % 2) * kReadFloats;
  const CeilingLoops& loops = ceiling_loops_for(host_isa());
  return 1e-9 * rate(threads_, seconds, double(part * sizeof(float)), [&](int index) {
           std::size_t& next = next_[std::size_t(index)];
           const auto* from = reinterpret_cast<const float*>(memory_.data()) +
                              std::size_t(index) * share + next++ % kParts * part;
           sink.store(loops.read(from, part), std::memory_order_relaxed);
         });
}

Ceiling higher_of(const Ceiling& a, const Ceiling& b) {
  return {.gflops = std::max(a.gflops, b.gflops),
          .gbytes = std::max(a.gbytes, b.gbytes),
          .bf16_gflops = std::max(a.bf16_gflops, b.bf16_gflops),
          .int8_gops = std::max(a.int8_gops, b.int8_gops)};
}

Ceiling measure_ceiling(int threads) {
  CeilingWatch watch(threads);
  Ceiling best;
  for (int i = 0; i < 5; ++i) best = higher_of(best, watch.measure(0.04));
  return best;
}

}  // namespace dlis
