// Which machine this is, as records name it.
#pragma once
#include <string>

namespace dlis {

// "AMD EPYC 7B13, 2 CPUs, avx2": board or processor, CPUs that may be used, the ISA that is in
// force.
std::string machine_text();

}  // namespace dlis
