// The list of targets, and what their rows share.
#include "dlis/explore/target/target_row.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/process.h"
#include "dlis/base/text.h"

namespace dlis {

#define DLIS_ROW(name) extern const TargetRow name##_target;
#include "dlis/explore/target/targets.inc"
#undef DLIS_ROW

std::span<const TargetRow* const> target_rows() {
#define DLIS_ROW(name) &name##_target,
  static constexpr const TargetRow* kRows[] = {
#include "dlis/explore/target/targets.inc"
  };
#undef DLIS_ROW
  return kRows;
}

Result<TargetName> parse_target(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  for (const TargetRow* row : target_rows()) {
    if (row->name != name) continue;
    if (colon == std::string::npos)
      return fail(fmt::format("'{}' is no target", text), "--target",
                  fmt::format("write {}", row->form));
    const std::string address = text.substr(colon + 1);
    DLIS_TRY(row->check(address));
    return TargetName{row, address};
  }
  return tl::unexpected(unknown_name("target", name, names_of(target_rows())));
}

Status check_needs(const TargetRow& row) {
  if (!row.needs || is_on_path(row.shell("", "").front())) return {};
  return tl::unexpected(lacking(*row.needs));
}

Status check_address(const std::string& address, std::string_view others, std::string_view kind,
                     std::string_view first) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto holds = [](std::string_view some, char c) {
    return some.find(c) != std::string_view::npos;
  };
  const bool good = !address.empty() && (plain(address[0]) || holds(first, address[0])) &&
                    std::ranges::all_of(address, [&](char c) {
                      return plain(c) || holds(others, c) || holds(first, c);
                    });
  if (good) return {};
  return fail(fmt::format("'{}' is no {}", address, kind), "--target");
}

}  // namespace dlis
