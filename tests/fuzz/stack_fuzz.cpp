// Any text, as a stack or a schedule, either is refused with a short sentence or round-trips
// through its printed form; what a stack's model says of preprocessing is refused or applied.
#include <array>
#include <cstdint>
#include <map>

#include "dlis/base/text.h"
#include "dlis/compute/parallel/schedule.h"
#include "dlis/data/dataset.h"
#include "dlis/explore/stack.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace dlis;

// What stands behind `?` means what it means in the metadata of a file.
std::map<std::string, std::string> metadata_of(std::string_view model) {
  std::map<std::string, std::string> metadata;
  const std::size_t question = model.find('?');
  if (question == std::string_view::npos) return metadata;
  for (const std::string_view part : split(model.substr(question + 1), '&')) {
    const std::size_t equals = part.find('=');
    metadata[std::string(part.substr(0, equals))] =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
  }
  return metadata;
}

void preprocess(std::string_view model) {
  const auto how = preprocessing_of(metadata_of(model));
  if (!how) return fuzz::expect_sentence(how.error());
  const Tensor pixels = Tensor::of<std::uint8_t>({1, 1, 1, 3}, std::array<std::uint8_t, 3>{});
  fuzz::expect(normalised(pixels, *how, 0, 1).shape() == Shape{1, 3, 1, 1});
  fuzz::expect(how->resize_for(224, 224) >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto schedule = parse_schedule(text)) {
    const auto again = parse_schedule(text_of(*schedule));
    fuzz::expect(again && *again == *schedule);
  }
  const auto stack = parse_stack(text);
  if (!stack) {
    fuzz::expect_sentence(stack.error());
    fuzz::expect(stack.error().message().size() <= 1000);
    return 0;
  }
  const auto again = parse_stack(text_of(*stack));
  fuzz::expect(again && *again == *stack);
  (void)check_names(*stack);
  preprocess(stack->model);
  return 0;
}
