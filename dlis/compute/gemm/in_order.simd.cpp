// The micro-kernels of f32 for cores that run instructions in their order, once per ISA. Compiled
// without the compiler's own scheduling: the order is that of in_order_steps.h.
#include "dlis/compute/gemm/micro_kernel.h"

namespace dlis::DLIS_SIMD {

namespace {

#if defined(DLIS_SIMD_neon)
template <int rows, int vectors>
constexpr GemmKernels::Kernel kernel() {
  if constexpr (rows <= kInOrderRows) return gemm<KindF32InOrder, rows, vectors>;
  return nullptr;
}

#define NARROW(i) kernel<i + 1, 1>(),
#define WIDE(i) kernel<i + 1, kVectors>(),
constexpr GemmKernels::OfKind kF32 = {kInOrderRows,
                                      {{nullptr, DLIS_ROWS(NARROW)}, {nullptr, DLIS_ROWS(WIDE)}}};
#else
constexpr GemmKernels::OfKind kF32 = {};
#endif

}  // namespace

extern constinit const InOrderKernels in_order_kernels = {kF32};

}  // namespace dlis::DLIS_SIMD
