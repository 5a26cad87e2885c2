# Warnings are errors; contraction is left to the kernels, which say what they want.
add_compile_options(-Wall -Wextra -Werror -Wshadow -Wno-missing-field-initializers
                    -ffp-contract=off -fno-math-errno)
if(DLIS_SANITIZE)
  add_compile_options(-fsanitize=${DLIS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DLIS_SANITIZE})
endif()
