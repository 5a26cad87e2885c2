// The list, and its sentences.
#include "dlis/base/capability.h"

#include "dlis/base/text.h"

namespace dlis {

std::span<const Capability* const> capabilities() {
#define DLIS_CAPABILITY(name, ...) &name##_capability,
  static constexpr const Capability* kAll[] = {
#include "dlis/base/capabilities.inc"
  };
#undef DLIS_CAPABILITY
  return kAll;
}

Error lacking(const Capability& capability) { return {capability.lack, "", capability.remedy}; }

Error unknown_row(std::string_view kind, std::string_view name,
                  const std::vector<std::string>& known) {
  for (const Capability* capability : capabilities())
    if (*capability->row && name.starts_with(capability->row)) {
      bool has_some = false;
      for (const std::string& row : known) has_some = has_some || row.starts_with(capability->row);
      if (!has_some) return lacking(*capability);
    }
  return unknown_name(kind, name, known);
}

}  // namespace dlis
