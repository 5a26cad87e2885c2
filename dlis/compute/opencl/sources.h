// The OpenCL C text of this folder's .cl files, which the build puts into the program.
#pragma once
#include <string_view>

namespace dlis {

// "direct.cl"; its #include lines are already replaced by the files of this folder that they name.
// Empty: there is no such file.
std::string_view opencl_source(std::string_view file);

}  // namespace dlis
