// This machine's measured limits: what every roofline stands on.
#pragma once
namespace dlis {

struct Ceiling {
  double gflops = 0;  // f32 fused multiply-adds, counted as two operations
  double gbytes = 0;  // bytes read per second from memory, in GB/s
};

// Measured with `threads` threads at once, each pinned where the system allows; about half a
// second.
Ceiling measure_ceiling(int threads);

// The FMA loop alone, for rounds that must notice a slowed-down core; `seconds` long.
double measure_gflops(int threads, double seconds);

}  // namespace dlis
