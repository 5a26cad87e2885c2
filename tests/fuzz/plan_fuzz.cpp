// Any text given to the readers of plan files ends in choices, which are the same once written and
// read again, or in an error with a sentence.
#include "dlis/runtime/plan.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto isa = parse_isa(text, "fuzz"); !isa) fuzz::expect_sentence(isa.error());
  const auto choices = parse_choices(text, "fuzz");
  if (!choices) return fuzz::expect_sentence(choices.error()), 0;
  const auto again = parse_choices(text_of(*choices), "fuzz");
  fuzz::expect(again && *again == *choices);
  return 0;
}
