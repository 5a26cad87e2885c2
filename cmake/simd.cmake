# Every *.simd.cpp is compiled once per ISA, each time in that ISA's namespace (DLIS_SIMD); for ISAs
# that only extend another one, *.extended.simd.cpp alone (dlis/hardware/simd_table.h).
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(DLIS_ISAS generic avx2 avx512)
  set(DLIS_FLAGS_avx2 -mavx2 -mfma -mf16c)
  set(DLIS_FLAGS_avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni -mavx512bf16 -mfma
                        -mf16c -mprefer-vector-width=512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64")
  set(DLIS_ISAS neon neon_dot neon_i8mm)
  set(DLIS_FLAGS_neon -march=armv8-a)
  set(DLIS_FLAGS_neon_dot -march=armv8.2-a+fp16+dotprod)
  set(DLIS_FLAGS_neon_i8mm -march=armv8.2-a+fp16+dotprod+i8mm+bf16)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^arm")
  set(DLIS_ISAS generic neon)
  set(DLIS_FLAGS_neon -march=armv7-a -mfpu=neon-vfpv4 -mfp16-format=ieee)
else()
  set(DLIS_ISAS generic)
endif()

# Sanitizers check every access of a kernel for its bounds; the checks that only repeat that (and make
# GCC take minutes over unrolled code) stay out of kernels.
if(DLIS_SANITIZE)
  set(DLIS_KERNEL_SANITIZE -O1)
  if(DLIS_BUILD_FUZZ)
    list(APPEND DLIS_KERNEL_SANITIZE -fno-sanitize=fuzzer-no-link)  # their callers lead the fuzzer
  endif()
  if(DLIS_SANITIZE MATCHES "address")
    list(APPEND DLIS_KERNEL_SANITIZE -fno-sanitize-address-use-after-scope)
  endif()
  if(DLIS_SANITIZE MATCHES "undefined")
    list(APPEND DLIS_KERNEL_SANITIZE
         -fno-sanitize=alignment,null,object-size,pointer-overflow,nonnull-attribute)
  endif()
endif()

# What in_order.simd.cpp says is the order of instructions.
set(DLIS_AS_WRITTEN -fno-schedule-insns -fno-schedule-insns2 -fno-tree-ter)

# On a device -O3's copies of loops (unswitched, peeled, unrolled) would be a third of the kernels'
# size, whose loops are written out by hand. Nothing is thrown through a kernel.
set(DLIS_KERNEL_OPTIMISE -O3)
if(DLIS_DEVICE_ONLY)
  set(DLIS_KERNEL_OPTIMISE -O2 -fno-asynchronous-unwind-tables -fno-unwind-tables)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    list(APPEND DLIS_KERNEL_OPTIMISE -fvect-cost-model=dynamic)  # a few loops are the compiler's
  endif()
endif()

# dlis_add_simd(TARGET sources...)
function(dlis_add_simd target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    set(in_order ${ARGN})
    list(FILTER in_order INCLUDE REGEX "/in_order\\.simd\\.cpp$")
    set_source_files_properties(${in_order} PROPERTIES COMPILE_OPTIONS "${DLIS_AS_WRITTEN}")
    # On ARM, GCC 12 moves loads up until registers run out: 67 instead of 31 accesses of the stack in
    # the f32 kernel of six rows on armv7.
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm)")
      set(products ${ARGN})
      list(FILTER products INCLUDE REGEX "/(kernels|narrow_kernels.extended|products)\\.simd\\.cpp$")
      set_source_files_properties(${products} PROPERTIES COMPILE_OPTIONS "-fno-schedule-insns")
    endif()
    if(DLIS_DEVICE_ONLY)  # as fast as with -O2
      set(small ${ARGN})
      list(FILTER small INCLUDE REGEX "/winograd/transform_[a-z0-9]+\\.simd\\.cpp$")
      set_source_files_properties(${small} PROPERTIES COMPILE_OPTIONS -Os)
    endif()
  endif()
  foreach(isa ${DLIS_ISAS})
    set(objects ${target}_${isa})
    set(sources ${ARGN})
    if(isa MATCHES "^neon_")
      list(FILTER sources INCLUDE REGEX "\\.extended\\.simd\\.cpp$")
    endif()
    if(NOT sources)
      continue()
    endif()
    add_library(${objects} OBJECT ${sources})
    target_include_directories(${objects} PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_definitions(${objects} PRIVATE DLIS_SIMD=${isa} DLIS_SIMD_${isa}=1
                                                  $<$<BOOL:${DLIS_DEVICE_ONLY}>:DLIS_SMALL>)
    if(isa MATCHES "^neon_")  # is NEON as well
      target_compile_definitions(${objects} PRIVATE DLIS_SIMD_neon=1)
    endif()
    target_compile_options(${objects} PRIVATE ${DLIS_KERNEL_OPTIMISE} -fno-exceptions -fno-rtti -ffp-contract=fast
                                              ${DLIS_FLAGS_${isa}} ${DLIS_KERNEL_SANITIZE})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
  endforeach()
endfunction()
