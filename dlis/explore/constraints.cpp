// Bounds on records.
#include "dlis/explore/constraints.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "dlis/base/text.h"

namespace dlis {
namespace {

Status add(Constraints& all, const std::string& option, const std::string& text, const char* field,
           Result<double> value) {
  if (!value) return tl::unexpected(value.error());
  if (*value <= 0)
    return fail("a bound is more than 0, not " + text, option, "leave it out for no bound");
  all.push_back({option + " " + text, field, *value, option == "--min-top1"});
  return {};
}

Result<double> bytes_in(const std::string& text, const std::string& option) {
  return double(DLIS_TRY(parse_bytes(text, option)));
}

}  // namespace

std::optional<double> Bound::excess(const Record& record) const {
  const auto has = record.number(field);
  if (!has) return std::nullopt;
  return at_least ? (value - *has) / value : (*has - value) / value;
}

Result<Constraints> parse_constraints(const ConstraintTexts& texts) {
  Constraints all;
  const auto& [top1, ms, memory, bytes] = texts;
  if (!top1.empty()) DLIS_TRY(add(all, "--min-top1", top1, "top1", parse_real(top1, "--min-top1")));
  if (!ms.empty()) DLIS_TRY(add(all, "--max-ms", ms, "median_ms", parse_real(ms, "--max-ms")));
  if (!memory.empty())
    DLIS_TRY(add(all, "--max-memory", memory, "peak_bytes", bytes_in(memory, "--max-memory")));
  if (!bytes.empty())
    DLIS_TRY(add(all, "--max-bytes", bytes, "file_bytes", bytes_in(bytes, "--max-bytes")));
  if (!all.empty() && all[0].at_least && all[0].value > 100)
    return fail("no network is right more often than always", all[0].option,
                "give percent: at most 100");
  return all;
}

double excess(const Constraints& constraints, const Record& record) {
  double most = record.refused() ? std::numeric_limits<double>::infinity() : 0;
  for (const Bound& bound : constraints)
    most = std::max(most, bound.excess(record).value_or(std::numeric_limits<double>::infinity()));
  return most;
}

bool keeps(const Constraints& constraints, const Record& record) {
  return excess(constraints, record) <= 0 && record.number("median_ms");
}

bool bounds_top1(const Constraints& constraints) {
  return std::ranges::any_of(constraints, &Bound::at_least);
}

std::string text_of(const Constraints& constraints) {
  std::string text;
  for (std::size_t i = 0; i < constraints.size(); ++i)
    text += (i == 0 ? "" : i + 1 == constraints.size() ? " and " : ", ") + constraints[i].option;
  return text;
}

}  // namespace dlis
