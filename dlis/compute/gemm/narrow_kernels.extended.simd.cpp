// The micro-kernels that use products of bytes or of bf16 which extend an instruction set.
#include "dlis/compute/gemm/kernel_tables.h"

namespace dlis::DLIS_SIMD {

#if defined(DLIS_SIMD_neon_i8mm)
extern constinit const NarrowKernels narrow_kernels = {
    .bf16 = kind<KindBf16, kMostRows<KindBf16>>(),
    .int8 = kind<KindInt8, kByteRows>(),
    .widen_int8 = widen_int8,
};
#elif defined(DLIS_SIMD_neon_dot)
extern constinit const NarrowKernels narrow_kernels = {
    .bf16 = {},
    .int8 = kind<KindInt8, kByteRows>(),
    .widen_int8 = widen_int8,
};
#else
extern constinit const NarrowKernels narrow_kernels = {};
#endif

}  // namespace dlis::DLIS_SIMD
