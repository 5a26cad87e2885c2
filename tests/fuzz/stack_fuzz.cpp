// Any text, as a stack or a schedule, either is refused with a short sentence or round-trips
// through its printed form.
#include <cstdint>
#include <cstdlib>

#include "dlis/compute/parallel/schedule.h"
#include "dlis/explore/stack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto schedule = dlis::parse_schedule(text)) {
    const auto again = dlis::parse_schedule(dlis::text_of(*schedule));
    if (!again || !(*again == *schedule)) std::abort();
  }
  const auto stack = dlis::parse_stack(text);
  if (!stack) {
    if (stack.error().message().empty() || stack.error().message().size() > 1000) std::abort();
    return 0;
  }
  const auto again = dlis::parse_stack(dlis::text_of(*stack));
  if (!again || !(*again == *stack)) std::abort();
  (void)dlis::check_names(*stack);
  return 0;
}
