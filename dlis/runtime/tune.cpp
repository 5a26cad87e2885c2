// The names of the levels of tuning.
#include <array>

#include "dlis/base/text.h"
#include "dlis/runtime/plan.h"

namespace dlis {
namespace {

constexpr std::array<const char*, 3> kTunes{"off", "quick", "full"};

}  // namespace

std::string_view name_of(Tune tune) { return kTunes[std::size_t(tune)]; }

Result<Tune> parse_tune(std::string_view text) {
  for (std::size_t i = 0; i < kTunes.size(); ++i)
    if (text == kTunes[i]) return Tune(i);
  return tl::unexpected(unknown_name("level of tuning", text, {kTunes.begin(), kTunes.end()}));
}

}  // namespace dlis
