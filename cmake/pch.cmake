# Precompiled headers of other projects (never of this one): most of a file's compile time is theirs.
# ccache cannot look behind them, so a developer with ccache leaves them off.
option(DLIS_PCH "Precompiled headers: a build from scratch is twice as fast" OFF)
if(DLIS_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Behind them GCC 12 reports its false alarms about std::string as if they were ours.
  add_compile_options(-Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
                      -Wno-free-nonheap-object)
endif()

set(DLIS_PCH_library <algorithm> <cmath> <filesystem> <functional> <map> <memory> <numeric>
    <optional> <span> <string> <string_view> <variant> <vector> <fmt/format.h> <tl/expected.hpp>)
set(DLIS_PCH_glue ${DLIS_PCH_library})
set(DLIS_PCH_test ${DLIS_PCH_library} <gmock/gmock.h> <gtest/gtest.h>)
set(DLIS_PCH_hot_test ${DLIS_PCH_test})

# dlis_precompile(TARGET KIND libraries...): TARGET is compiled behind the headers of KIND, which are
# compiled once, against the libraries of the first caller. KIND is `library`, `glue`, `test` or, under
# sanitizers, `hot_test`; they differ in optimisation, and in position independence as libraries and
# executables do.
function(dlis_precompile target kind)
  if(NOT DLIS_PCH)
    return()
  endif()
  set(owner dlis_pch_${kind})
  if(NOT TARGET ${owner})
    file(WRITE ${PROJECT_BINARY_DIR}/${owner}.cpp "int main() {}\n")
    if(kind MATCHES "test$")
      add_executable(${owner} EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/${owner}.cpp)
    else()
      add_library(${owner} STATIC EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/${owner}.cpp)
    endif()
    if(kind STREQUAL glue)
      target_compile_options(${owner} PRIVATE $<$<CONFIG:Release>:${DLIS_GLUE_OPTIMISE}>)
    elseif(kind STREQUAL test)
      target_compile_options(${owner} PRIVATE ${DLIS_ONCE_OPTIMISE})
    endif()
    target_link_libraries(${owner} PRIVATE ${ARGN})
    target_precompile_headers(${owner} PRIVATE ${DLIS_PCH_${kind}})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()
