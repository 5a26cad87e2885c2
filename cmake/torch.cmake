# DLIS_TORCH: what training links; empty: this build cannot train. LibTorch's own CMake package asks for
# the CUDA toolkit it was built with; headers and libraries are all that is needed, and a CUDA build of
# it is told by libtorch_cuda. Sanitized builds go without, as with other libraries of the host.
set(DLIS_TORCH)
if(DLIS_WITH_TRAINING AND NOT CMAKE_CROSSCOMPILING AND NOT DLIS_SANITIZE)
  find_path(DLIS_TORCH_INCLUDE ATen/ATen.h HINTS ${DLIS_TORCH_ROOT}/include)
  find_path(DLIS_TORCH_API torch/torch.h HINTS ${DLIS_TORCH_INCLUDE}/torch/csrc/api/include)
  foreach(part torch_cpu c10 torch_cuda c10_cuda)
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
  else()
    message(STATUS "LibTorch is not installed: building without retraining")
  endif()
endif()

# dlis_training(FOLDER): a library of its own, loaded when something is trained. LibTorch draws in hundreds
# of others, and every command would wait for them.
function(dlis_training folder)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  add_library(dlis_training_objects OBJECT ${sources})
  target_link_libraries(dlis_training_objects PUBLIC dlis_model dlis_data ${DLIS_TORCH})
  target_compile_options(dlis_training_objects PRIVATE $<$<CONFIG:Release>:-O1>)
  if(DLIS_PCH)
    target_precompile_headers(dlis_training_objects PRIVATE <torch/torch.h>)
  endif()
  add_library(dlis_training SHARED $<TARGET_OBJECTS:dlis_training_objects>)
  target_link_libraries(dlis_training PRIVATE dlis_model dlis_data ${DLIS_TORCH})
  set_target_properties(dlis_training PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  if(DLIS_BUILD_TESTS AND tests)
    dlis_add_training_test(dlis_training_test dlis_model ${tests})
  endif()
endfunction()

# A test of what is inside that library, beside LIBRARY.
function(dlis_add_training_test name library)
  dlis_add_test(${name} dlis_training_objects ${ARGN})
  target_sources(${name} PRIVATE $<TARGET_OBJECTS:dlis_training_objects>)
  target_link_libraries(${name} PRIVATE ${library})
endfunction()
