// Judges the parameters for retraining.
#include "dlis/compress/training.h"

#include "dlis/base/text.h"

namespace dlis {

Status refuse_training(const Technique& row, const Choice& choice) {
  const std::int64_t epochs =
      DLIS_TRY(parse_integer(parameter_of(row, choice, "epochs"), "epochs"));
  if (epochs < 0) return fail("must be at least 0", "epochs");
  if (epochs > 0)
    return refusal(
        "retraining is asked for, which this build does not have; give epochs=0 or none");
  if (parameter_of(row, choice, "teacher") != "none")
    return refusal("a teacher is of use in retraining only, which this build does not have");
  return {};
}

}  // namespace dlis
