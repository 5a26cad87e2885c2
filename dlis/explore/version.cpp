// Which dlis this is; the build passes both in.
#include "dlis/explore/version.h"

#include "dlis_build_options.h"
#include "dlis_commit.h"

namespace dlis {

std::string version() { return DLIS_VERSION; }

std::string commit() {
  const std::string hash = DLIS_COMMIT;
  return (hash.empty() ? version() : version() + "-" + hash) + "+" + DLIS_BUILD;
}

std::string build() { return DLIS_BUILD; }

std::string build_options() { return DLIS_BUILD_OPTIONS; }

}  // namespace dlis
