// This machine's measured limits: what every roofline stands on.
#pragma once
#include <cstddef>
#include <vector>

#include "dlis/base/buffer.h"

namespace dlis {

// A multiply-add counts as two operations.
struct Ceiling {
  double gflops = 0;       // f32 fused multiply-adds
  double gbytes = 0;       // bytes read per second from memory, in GB/s
  double bf16_gflops = 0;  // products of bf16 summed in f32; those of f32 where there is no unit
  double int8_gops = 0;    // products of bytes summed in i32, as this ISA's kernels form them
};

// The higher of each rate.
Ceiling higher_of(const Ceiling& a, const Ceiling& b);

// Measured with `threads` threads at once, each pinned where the system allows; about a second.
// Takes 256 MB, or a quarter of what is available where that is less.
Ceiling measure_ceiling(int threads);

// What the kind of processor suggests, without measuring: for ranking, not for reports. No bf16 or
// bytes.
Ceiling nominal_ceiling(int threads);

// The FMA loop alone, for rounds that must notice a slowed-down core; `seconds` long.
double measure_gflops(int threads, double seconds);

// The same loops again and again, on memory that is taken once: for rounds in which each time
// stands beside the ceilings of its moment.
class CeilingWatch {
 public:
  explicit CeilingWatch(int threads);
  Ceiling measure(double seconds);  // of each loop

 private:
  double measure_memory(double seconds);

  int threads_;
  Buffer memory_;
  std::vector<std::size_t> next_;  // the part of its share that a thread reads next
};

}  // namespace dlis
