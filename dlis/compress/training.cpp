// Judges the parameters for retraining.
#include "dlis/compress/training.h"

#include <fmt/format.h>

#include "dlis/base/text.h"

namespace dlis {

Status refuse_training(const Technique& row, const Choice& choice) {
  const std::int64_t epochs =
      DLIS_TRY(parse_integer(parameter_of(row, choice, "epochs"), "epochs"));
  if (epochs < 0) return fail("epochs must be at least 0", text_of(choice));
  if (epochs > 0)
    return refusal(
        fmt::format("{}: epochs={} asks for retraining, which this build does not have; "
                    "leave it out or give 0",
                    text_of(choice), epochs));
  if (parameter_of(row, choice, "teacher") != "none")
    return refusal(
        fmt::format("{}: a teacher is of use in retraining only, which this build does not "
                    "have; leave it out",
                    text_of(choice)));
  return {};
}

}  // namespace dlis
