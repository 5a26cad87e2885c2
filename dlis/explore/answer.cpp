// Chooses among records, and says why.
#include "dlis/explore/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/text.h"
#include "dlis/explore/accuracy.h"

namespace dlis {
namespace {

double ms(const Record& r) { return *r.number("median_ms"); }
// Of images without labels: how often the uncompressed network answers alike.
double top1(const Record& r) {
  return r.number("top1").value_or(r.number("agreement").value_or(0));
}

bool knows_accuracy(const Record& r) { return r.number("top1") || r.number("agreement"); }

std::string top1_phrase(const Record& r) {
  const auto value = r.number("top1"), alike = r.number("agreement");
  if (!value && alike)
    return fmt::format("{:.2f} % of {:.0f} images answered as by the uncompressed network", *alike,
                       r.number("images").value_or(0));
  if (!value) return "accuracy not measured";
  const auto sure = top1_interval(r);
  if (!sure) return fmt::format("{:.2f} % top-1", *value);
  return fmt::format("{:.2f} % top-1 ({:.2f} to {:.2f}, of {:.0f} images)", *value, sure->low,
                     sure->high, *r.number("images"));
}

std::string bytes_phrase(const Record& r, const char* field, const char* where) {
  const auto bytes = r.number(field);
  return bytes ? fmt::format(", {} {}", format_bytes(std::int64_t(*bytes)), where) : "";
}

std::string facts(const Record& r) {
  return fmt::format("{}, {:.3g} ms", top1_phrase(r), ms(r)) +
         bytes_phrase(r, "peak_bytes", "in memory") + bytes_phrase(r, "file_bytes", "as a file");
}

// The candidates in order of preference.
std::vector<const Record*> ranked(std::span<const Record> records, const Constraints& constraints) {
  std::vector<const Record*> found;
  for (const Record& r : records)
    if (keeps(constraints, r)) found.push_back(&r);
  const bool fastest = bounds_top1(constraints);
  std::ranges::stable_sort(found, [&](const Record* a, const Record* b) {
    if (!fastest && top1(*a) != top1(*b)) return top1(*a) > top1(*b);
    return ms(*a) != ms(*b) ? ms(*a) < ms(*b) : top1(*a) > top1(*b);
  });
  return found;
}

const Record* runner_up(const std::vector<const Record*>& ranked) {
  const auto differs = [&](const Record* r) {
    for (const char* field : {"model", "compress", "format"})
      if (r->text(field) != ranked[0]->text(field)) return true;
    return false;
  };
  const auto found = std::find_if(ranked.begin() + 1, ranked.end(), differs);
  if (found != ranked.end()) return *found;
  return ranked.size() > 1 ? ranked[1] : nullptr;
}

std::string value_text(const Bound& bound, double value) {
  if (bound.field.ends_with("bytes")) return format_bytes(std::int64_t(value));
  return bound.field == "top1" ? fmt::format("{:.2f} %", value) : fmt::format("{:.3g} ms", value);
}

Error nobody(std::span<const Record> records, const Constraints& constraints) {
  const Record* nearest = nullptr;
  for (const Record& r : records)
    if (std::isfinite(excess(constraints, r)) && r.number("median_ms") &&
        (!nearest || excess(constraints, r) < excess(constraints, *nearest)))
      nearest = &r;
  if (!nearest)
    return {"no stack keeps " + text_of(constraints) + ", and none has a value for each bound", "",
            "give --data for accuracy; a bound on bytes needs a file or a technique"};
  std::vector<std::string> missed;
  for (const Bound& bound : constraints)
    if (const auto by = bound.excess(*nearest); by && *by > 0)
      missed.push_back(fmt::format("{} by {:.{}f} % (it has {})", bound.option, 100 * *by,
                                   *by < 1 ? 2 : 0,
                                   value_text(bound, *nearest->number(bound.field))));
  return {fmt::format("no stack keeps {}: the nearest, `{}`, misses {}", text_of(constraints),
                      nearest->text("stack"), join(missed, " and ")),
          "", "allow more, or widen the search: other techniques, retraining, a longer --budget"};
}

std::string gain(const Record& pick, const Record* reference) {
  if (!reference || reference == &pick) return "";
  const std::string speed = fmt::format(" It is {:.2f} times as fast as `{}`",
                                        ms(*reference) / ms(pick), reference->text("stack"));
  if (!pick.number("top1") || !reference->number("top1")) return speed + ".";
  return speed + fmt::format(", {:+.2f} points of top-1.", top1(pick) - top1(*reference));
}

}  // namespace

const Record* dense_reference(std::span<const Record> records) {
  const Record* found = nullptr;
  for (const char* format : {"dense", "auto"})
    for (const Record& r : records)
      if (!r.refused() && r.number("median_ms") && r.text("compress") == "none" &&
          r.text("artifact").empty() && r.text("format") == format &&
          (!found || (found->text("format") == format && ms(r) < ms(*found))))
        found = &r;
  return found;
}

Result<Answer> answer(std::span<const Record> records, const Constraints& constraints) {
  const auto candidates = ranked(records, constraints);
  if (candidates.empty()) return tl::unexpected(nobody(records, constraints));
  const Record& pick = *candidates[0];
  const std::string among =
      candidates.size() == 1
          ? "the only stack that keeps"
          : fmt::format(
                "the {} of {} stacks that keep",
                bounds_top1(constraints) || !knows_accuracy(pick) ? "fastest" : "most accurate",
                candidates.size());
  std::string text = fmt::format("Ship `{}`: {}; it is {} {}.", pick.text("stack"), facts(pick),
                                 among, text_of(constraints));
  if (const std::string made = pick.text("artifact"); !made.empty())
    text += fmt::format(" Its network: {}.", made);
  text += gain(pick, dense_reference(records));
  const Record* next = runner_up(candidates);
  text += next ? fmt::format("\nRunner-up `{}`: {}.", next->text("stack"), facts(*next))
               : "\nThere is no runner-up.";
  return Answer{text, &pick};
}

}  // namespace dlis
