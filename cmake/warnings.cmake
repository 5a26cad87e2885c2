# Warnings are errors; contraction is left to the kernels, which say what they want.
add_compile_options(-Wall -Wextra -Werror -Wshadow -Wno-missing-field-initializers
                    -ffp-contract=off -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(-Wno-restrict)  # GCC 12 sees overlaps in std::string that cannot be (PR 105651)
endif()
if(DLIS_SANITIZE)
  add_compile_options(-fsanitize=${DLIS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DLIS_SANITIZE})
endif()
if(DLIS_BUILD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
