# A layer is a folder: every .cpp below it is its library, every *_test.cpp its test, every
# *_bench.cpp its bench. Nothing is listed by hand, so a row is one file and one line in a list.

# `benches` builds all of them into bench/; they are no part of the default build.
add_custom_target(benches)

# On a device what computes little shall be small, and what a program does not use stays out of it.
set(DLIS_GLUE_OPTIMISE -O1)
if(DLIS_DEVICE_ONLY)
  set(DLIS_GLUE_OPTIMISE -Os)
  add_compile_options(-ffunction-sections -fdata-sections)
  # Whose own loops touch every value: 6 % of winograd_f4's instructions, 11 % of int8_gemm's.
  set(DLIS_HOT_GLUE "/compute/(conv/gemm_band|winograd/winograd_[a-z0-9_]+)\\.cpp$")
endif()

# Most of a test, and of the command, runs once. Under sanitizers, whose checks the optimiser would
# take twice the rest of the time for, not at all.
set(DLIS_ONCE_OPTIMISE $<$<CONFIG:Release>:-O1>)
if(DLIS_SANITIZE)
  set(DLIS_ONCE_OPTIMISE -O0)
endif()

# dlis_layer(NAME [GLUE] [DEPENDS libs...] [EXCLUDE regex...]); GLUE: it computes little, so that a
# quarter of its build is worth more than its speed.
function(dlis_layer name)
  cmake_parse_arguments(arg "GLUE" "" "DEPENDS;EXCLUDE" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${folder}/*.cpp)
  foreach(regex ${arg_EXCLUDE})
    list(FILTER all EXCLUDE REGEX ${regex})
  endforeach()
  set(tests ${all})
  set(benches ${all})
  set(simd ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(DLIS_TEST_FILES)
    list(FILTER tests INCLUDE REGEX ${DLIS_TEST_FILES})
  endif()
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER simd INCLUDE REGEX "\\.simd\\.cpp$")
  list(FILTER all EXCLUDE REGEX "(_test|_bench|\\.simd)\\.cpp$")
  string(REPLACE "/" "_" target dlis_${name})
  add_library(${target} STATIC ${all})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${arg_DEPENDS})
  set(kind library)
  if(arg_GLUE OR DLIS_DEVICE_ONLY)
    set(kind glue)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:${DLIS_GLUE_OPTIMISE}>)
    if(DLIS_DEVICE_ONLY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      set(hot ${all})
      list(FILTER hot INCLUDE REGEX ${DLIS_HOT_GLUE})
      set_source_files_properties(${hot} PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS
                                  "$<$<CONFIG:Release>:-O2;-fvect-cost-model=dynamic>")
    endif()
  endif()
  dlis_precompile(${target} ${kind} ${arg_DEPENDS})
  if(simd)
    dlis_add_simd(${target} ${simd})
  endif()
  if(DLIS_BUILD_TESTS AND tests)
    dlis_add_test(${target}_test ${target} ${tests})
  endif()
  if(DLIS_BUILD_BENCHES AND benches)
    find_package(benchmark REQUIRED)
    add_executable(${target}_bench EXCLUDE_FROM_ALL ${benches})
    target_link_libraries(${target}_bench PRIVATE ${target} benchmark::benchmark_main)
    target_compile_definitions(${target}_bench PRIVATE DLIS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    set_target_properties(${target}_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                                     ${PROJECT_BINARY_DIR}/bench)
    add_dependencies(benches ${target}_bench)
  endif()
endfunction()

# dlis_add_test(NAME LIBRARY sources...): one executable, one ctest entry; two for the suites that take
# longest, so that a second core does not wait for them under QEMU and sanitizers.
function(dlis_add_test name library)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE ${library} GTest::gmock GTest::gtest_main rapidcheck)
  target_compile_definitions(${name} PRIVATE DLIS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(DLIS_SANITIZE AND name STREQUAL dlis_compute_test)  # it looks at millions of values
    dlis_precompile(${name} hot_test ${library} GTest::gmock)
  else()
    target_compile_options(${name} PRIVATE ${DLIS_ONCE_OPTIMISE})
    dlis_precompile(${name} test ${library} GTest::gmock)
  endif()
  set(shards 1)
  if(name MATCHES "^dlis_(compute|runtime)_test$")
    set(shards 2)
  endif()
  foreach(shard RANGE 1 ${shards})
    string(REGEX REPLACE "_1$" "" entry ${name}_${shard})
    math(EXPR index "${shard} - 1")
    add_test(NAME ${entry} COMMAND ${name})
    set_tests_properties(${entry} PROPERTIES ENVIRONMENT
                                             "GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
