// Any bytes given to the reader of `.dlis` files end in a graph that is valid, and counted, or in
// an error with a sentence; session_fuzz runs what they hold. As they are, and with lengths and
// hashes made right.
#include "tests/fuzz/dlis_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  if (size == 0) return 0;
  const Mapping file = fuzz::exact_copy(data, size);
  if (const auto graph = parse_dlis(file, "fuzz", {.check_data = true}); !graph)
    fuzz::expect_sentence(graph.error());
  fuzz::make_right(file);
  const auto graph = parse_dlis(file, "fuzz");
  if (!graph) return fuzz::expect_sentence(graph.error()), 0;
  fuzz::expect(macs_of(*graph) >= 0 && parameters_of(*graph) >= 0);
  return 0;
}
