// Other programs: run to their end, with what they print.
#pragma once
#include <string>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

struct Finished {
  int status = 0;  // the exit status; 128 + signal where one ended it
  std::string out, err;
};

// Runs a program, which is looked for on PATH where its name has no '/', with nothing on its
// standard input, and waits for its end. Its exit status is no error. Errors: no such program, not
// a program, no processes left.
Result<Finished> run_program(std::vector<std::string> arguments);

}  // namespace dlis
