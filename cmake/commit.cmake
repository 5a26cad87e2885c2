# Writes OUT with the commit of the tree in SOURCE and a hash over the code that computes, and only
# where they changed, so that nothing is built again for it:
#   cmake -D SOURCE=... -D OUT=... -D COMPILER=... -P commit.cmake
# Without git the commit stays empty. The hash is over content: it stays the same where only texts or
# tests changed, and tells two changed trees of one commit apart.
execute_process(COMMAND git --no-optional-locks -C ${SOURCE} rev-parse --short HEAD OUTPUT_VARIABLE commit
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git --no-optional-locks -C ${SOURCE} diff --quiet HEAD RESULT_VARIABLE changed ERROR_QUIET)
file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/dlis/*.h ${SOURCE}/dlis/*.inc ${SOURCE}/dlis/*.cpp
     ${SOURCE}/cmake/*.cmake)
list(FILTER files EXCLUDE REGEX "_(test|bench)\\.cpp$")
list(SORT files)
set(contents "${COMPILER}")
foreach(name ${files})
  file(SHA256 ${SOURCE}/${name} hash)
  string(APPEND contents "\n${name} ${hash}")
endforeach()
string(SHA256 build "${contents}")
string(SUBSTRING ${build} 0 12 build)
if(commit AND changed EQUAL 1)
  string(APPEND commit "-changed")
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define DLIS_COMMIT \"${commit}\"\n#define DLIS_BUILD \"${build}\"\n")
