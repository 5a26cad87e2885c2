# Writes the .cl files of FOLDER into the C++ file OUT (compute/opencl/sources.h). A line
# `#include "other.cl"` becomes the text of that file: drivers cannot look for it.
file(GLOB files ${FOLDER}/*.cl)
set(cases "")
foreach(file ${files})
  file(READ ${file} text)
  get_filename_component(name ${file} NAME)
  string(REGEX MATCHALL "#include \"[a-z0-9_]+\\.cl\"" includes "${text}")
  foreach(include ${includes})
    string(REGEX REPLACE "#include \"(.*)\"" "\\1" included "${include}")
    file(READ ${FOLDER}/${included} inner)
    string(REPLACE "${include}" "${inner}" text "${text}")
  endforeach()
  string(APPEND cases "  if (file == \"${name}\") return R\"CL(${text})CL\";\n")
endforeach()
file(WRITE ${OUT} "// Made by the build from dlis/compute/opencl/*.cl.
#include \"dlis/compute/opencl/sources.h\"

namespace dlis {

std::string_view opencl_source(std::string_view file) {
${cases}  return {};
}

}  // namespace dlis
")
