# Writes OUT with the commit of the tree in SOURCE, and only where it changed, so that nothing is built
# again for it: cmake -D SOURCE=... -D OUT=... -P commit.cmake. Without git the commit stays empty.
execute_process(COMMAND git --no-optional-locks -C ${SOURCE} rev-parse --short HEAD OUTPUT_VARIABLE commit
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git --no-optional-locks -C ${SOURCE} diff --quiet HEAD RESULT_VARIABLE changed ERROR_QUIET)
if(commit AND changed EQUAL 1)
  string(APPEND commit "-changed")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define DLIS_COMMIT \"${commit}\"\n")
