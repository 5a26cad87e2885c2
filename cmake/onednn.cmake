# DLIS_ONEDNN: what the row onednn links; DLIS_NO_ONEDNN: its files, where it stays out. Our own rows
# need none of it. Cross and sanitized builds go without: the library is the host's, and compiles its
# kernels while the process runs, where no sanitizer sees them.
set(DLIS_ONEDNN)
set(DLIS_NO_ONEDNN "/compute/conv/onednn")
if(DLIS_WITH_ONEDNN AND NOT CMAKE_CROSSCOMPILING AND NOT DLIS_SANITIZE)
  find_package(dnnl CONFIG QUIET)
  find_library(DLIS_GOMP NAMES libgomp.so.1)  # whose threads it would use
  mark_as_advanced(DLIS_GOMP)
  if(dnnl_FOUND AND DLIS_GOMP)
    add_library(dlis_onednn INTERFACE)
    target_link_libraries(dlis_onednn INTERFACE DNNL::dnnl ${DLIS_GOMP})
    target_compile_definitions(dlis_onednn INTERFACE DLIS_WITH_ONEDNN)
    set(DLIS_ONEDNN dlis_onednn)
    set(DLIS_NO_ONEDNN)
  else()
    message(STATUS "oneDNN is not installed: building without the row onednn")
  endif()
endif()
