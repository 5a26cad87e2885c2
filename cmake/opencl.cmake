# DLIS_OPENCL: what the layers that see OpenCL link; DLIS_NO_OPENCL: which of their files stay out.
# Cross builds go without: their programs are static and could not load a driver. So do sanitized
# builds: drivers compile kernels in this process, and their leaks and races would be taken for ours.
set(DLIS_OPENCL)
set(DLIS_NO_OPENCL "/hardware/opencl" "/compute/opencl/")
if(DLIS_WITH_OPENCL AND NOT CMAKE_CROSSCOMPILING AND NOT DLIS_SANITIZE)
  find_package(OpenCL QUIET)
  if(OpenCL_FOUND)
    add_library(dlis_opencl INTERFACE)
    target_link_libraries(dlis_opencl INTERFACE OpenCL::OpenCL)
    target_compile_definitions(dlis_opencl INTERFACE DLIS_WITH_OPENCL CL_TARGET_OPENCL_VERSION=120)
    set(DLIS_OPENCL dlis_opencl)
    set(DLIS_NO_OPENCL)
  else()
    message(STATUS "OpenCL is not installed: building without the device row opencl")
  endif()
endif()

# dlis_embed_opencl(TARGET FOLDER): the folder's .cl files become a source of the target.
function(dlis_embed_opencl target folder)
  if(NOT DLIS_OPENCL)
    return()
  endif()
  file(GLOB kernels CONFIGURE_DEPENDS ${folder}/*.cl)
  set(out ${PROJECT_BINARY_DIR}/generated/opencl_sources.cpp)
  add_custom_command(OUTPUT ${out} DEPENDS ${kernels} ${PROJECT_SOURCE_DIR}/cmake/embed_opencl.cmake
                     COMMAND ${CMAKE_COMMAND} -D FOLDER=${folder} -D OUT=${out}
                             -P ${PROJECT_SOURCE_DIR}/cmake/embed_opencl.cmake
                     COMMENT "Embedding the OpenCL kernels" VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
