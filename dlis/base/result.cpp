// Puts the parts of an error together into one sentence.
#include "dlis/base/result.h"

namespace dlis {

std::string Error::message() const {
  std::string text = where.empty() ? what : where + ": " + what;
  if (!hint.empty()) text += "; " + hint;
  return text;
}

}  // namespace dlis
