# DLIS_TORCH: what compress/train links; DLIS_NO_TORCH: its files, where LibTorch stays out. LibTorch's
# own CMake package asks for the CUDA toolkit it was built with; headers and libraries are all that is
# needed, and a CUDA build of it is told by libtorch_cuda. Sanitized builds go without, as with other
# libraries of the host.
set(DLIS_TORCH)
set(DLIS_NO_TORCH "/compress/train/[^/]*\\.cpp$")
if(DLIS_WITH_TRAINING AND NOT CMAKE_CROSSCOMPILING AND NOT DLIS_SANITIZE)
  find_path(DLIS_TORCH_INCLUDE ATen/ATen.h HINTS ${DLIS_TORCH_ROOT}/include)
  find_path(DLIS_TORCH_API torch/torch.h HINTS ${DLIS_TORCH_INCLUDE}/torch/csrc/api/include)
  foreach(part torch torch_cpu c10 torch_cuda c10_cuda)
    find_library(DLIS_LIB_${part} ${part} HINTS ${DLIS_TORCH_ROOT}/lib)
    mark_as_advanced(DLIS_LIB_${part})
  endforeach()
  mark_as_advanced(DLIS_TORCH_INCLUDE DLIS_TORCH_API)
  if(DLIS_TORCH_INCLUDE AND DLIS_TORCH_API AND DLIS_LIB_torch_cpu)
    add_library(dlis_torch INTERFACE)
    target_include_directories(dlis_torch SYSTEM INTERFACE ${DLIS_TORCH_INCLUDE} ${DLIS_TORCH_API})
    target_link_libraries(dlis_torch INTERFACE ${DLIS_LIB_torch_cpu} ${DLIS_LIB_c10})
    if(DLIS_LIB_torch_cuda)  # nothing names its symbols: it registers itself
      target_link_libraries(dlis_torch INTERFACE -Wl,--no-as-needed ${DLIS_LIB_torch_cuda}
                            ${DLIS_LIB_c10_cuda} -Wl,--as-needed -Wl,--allow-shlib-undefined)
    endif()
    set(DLIS_TORCH dlis_torch)
    set(DLIS_NO_TORCH "/compress/train/absent/")
  else()
    message(STATUS "LibTorch is not installed: building without retraining")
  endif()
endif()
