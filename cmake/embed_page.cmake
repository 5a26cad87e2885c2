# Writes the files of FOLDER into the C++ file OUT (explore/report/page_parts.h).
file(GLOB files ${FOLDER}/*.html ${FOLDER}/*.css ${FOLDER}/*.js)
set(cases "")
foreach(file ${files})
  file(READ ${file} text)
  get_filename_component(name ${file} NAME)
  string(APPEND cases "  if (name == \"${name}\") return R\"PAGE(${text})PAGE\";\n")
endforeach()
file(WRITE ${OUT} "// Made by the build from dlis/explore/report/page/.
#include \"dlis/explore/report/page_parts.h\"

namespace dlis {

std::string_view page_file(std::string_view name) {
${cases}  return {};
}

}  // namespace dlis
")
