// One kernel source is compiled once per ISA; this declares the copies and picks one.
//
// neon_dot and neon_i8mm only add instructions to neon, which few kernels use: only their sources,
// `*.extended.simd.cpp`, are compiled for these as well. All others are the kernels of neon there.
// Every aarch64 has neon, so `generic` means the same kernels there.
#pragma once
#include "dlis/hardware/isa.h"

#if defined(__x86_64__)
#define DLIS_FOR_EACH_ISA(X) X(avx512) X(avx2) X(generic)
#elif defined(__aarch64__)
#define DLIS_FOR_EACH_ISA(X) X(neon_i8mm) X(neon_dot) X(neon)
#define DLIS_SIMD_LEAST neon
#elif defined(__arm__)
#define DLIS_FOR_EACH_ISA(X) X(neon) X(generic)
#else
#define DLIS_FOR_EACH_ISA(X) X(generic)
#endif
#if !defined(DLIS_SIMD_LEAST)
#define DLIS_SIMD_LEAST generic  // what every machine of this architecture runs
#endif

// DLIS_SIMD_TABLE(GemmKernels, gemm_kernels) declares `const GemmKernels gemm_kernels` in every
// ISA's namespace and `gemm_kernels_for(isa)`. Use it inside namespace dlis, in a header that both
// the .simd.cpp (which defines `DLIS_SIMD::gemm_kernels`) and its callers include.
// DLIS_SIMD_EXTENDED_TABLE is the same for an .extended.simd.cpp.
#define DLIS_SIMD_TABLE(Type, name)                         \
  DLIS_SIMD_DECLARE_ALL(Type, name)                         \
  inline const Type& name##_for(Isa isa) {                  \
    switch (isa) { DLIS_SIMD_CASES(name) default : break; } \
    return DLIS_SIMD_LEAST::name;                           \
  }
#if defined(__aarch64__)
#define DLIS_SIMD_EXTENDED_TABLE(Type, name)                         \
  DLIS_SIMD_DECLARE_ALL(Type, name)                                  \
  DLIS_SIMD_DECLARE_EXTENDED(Type, name)                             \
  inline const Type& name##_for(Isa isa) {                           \
    switch (isa) { DLIS_SIMD_EXTENDED_CASES(name) default : break; } \
    return DLIS_SIMD_LEAST::name;                                    \
  }
#else
#define DLIS_SIMD_EXTENDED_TABLE(Type, name) DLIS_SIMD_TABLE(Type, name)
#endif

#if defined(__x86_64__)
#define DLIS_SIMD_DECLARE_ALL(Type, name) \
  namespace avx512 {                      \
  extern const Type name;                 \
  }                                       \
  namespace avx2 {                        \
  extern const Type name;                 \
  }                                       \
  namespace generic {                     \
  extern const Type name;                 \
  }
#define DLIS_SIMD_CASES(name) \
  case Isa::avx512:           \
    return avx512::name;      \
  case Isa::avx2:             \
    return avx2::name;
#elif defined(__aarch64__)
#define DLIS_SIMD_DECLARE_ALL(Type, name) \
  namespace neon {                        \
  extern const Type name;                 \
  }
#define DLIS_SIMD_CASES(name)
#define DLIS_SIMD_DECLARE_EXTENDED(Type, name) \
  namespace neon_i8mm {                        \
  extern const Type name;                      \
  }                                            \
  namespace neon_dot {                         \
  extern const Type name;                      \
  }
#define DLIS_SIMD_EXTENDED_CASES(name) \
  case Isa::neon_i8mm:                 \
    return neon_i8mm::name;            \
  case Isa::neon_dot:                  \
    return neon_dot::name;
#elif defined(__arm__)
#define DLIS_SIMD_DECLARE_ALL(Type, name) \
  namespace neon {                        \
  extern const Type name;                 \
  }                                       \
  namespace generic {                     \
  extern const Type name;                 \
  }
#define DLIS_SIMD_CASES(name) \
  case Isa::neon:             \
    return neon::name;
#else
#define DLIS_SIMD_DECLARE_ALL(Type, name) \
  namespace generic {                     \
  extern const Type name;                 \
  }
#define DLIS_SIMD_CASES(name)
#endif
