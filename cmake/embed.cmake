# Writes the files of FOLDER into the C++ file OUT, as the function FUNCTION that HEADER declares: the
# text of a file by its name (without .in).
file(GLOB files ${FOLDER}/*)
set(cases "")
foreach(file ${files})
  file(READ ${file} text)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "\\.in$" "" name ${name})
  string(APPEND cases "  if (name == \"${name}\") return R\"PAGE(${text})PAGE\";\n")
endforeach()
file(WRITE ${OUT} "// Made by the build from files that it embeds.
#include \"${HEADER}\"

namespace dlis {

std::string_view ${FUNCTION}(std::string_view name) {
${cases}  return {};
}

}  // namespace dlis
")
