// Decides on records of cheap measurements.
#include "dlis/explore/screening.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/text.h"
#include "dlis/explore/accuracy.h"

namespace dlis {
namespace {

constexpr double kPoints = 10;  // of top-1 below the dense network's, where nothing counts any more
constexpr double kSlack = 1.1;  // of times and bytes that are measured again

double number(const Record& r, const char* field) { return r.number(field).value_or(0); }

Interval top1_of(const Record& r) { return top1_interval(r).value_or(Interval{}); }

bool same_network(const Record& a, const Record& b) {
  return a.text("model") == b.text("model") && a.text("compress") == b.text("compress");
}

double half_width(const Record& r) {
  const Interval sure = top1_of(r);
  return r.number("top1") ? (sure.high - sure.low) / 2 : 0;
}

bool dominates(const Record& a, const Record& b) {
  const Achieved x = *achieved_of(a), y = *achieved_of(b);
  if (x.ms > y.ms || x.bytes > y.bytes) return false;
  const double margin = same_network(a, b) ? 0 : half_width(b) / 2;
  return x.top1 >= y.top1 + margin && (x.top1 > y.top1 || x.ms < y.ms || x.bytes < y.bytes);
}

std::string dominated_text(const Record& by, const Record& r) {
  return fmt::format(
      "dominated by `{}` after {:.0f} images ({:.2f} and {:.2f} %, {:.3g} and {:.3g} ms, {} and "
      "{})",
      by.text("stack"), number(r, "images"), number(by, "top1"), number(r, "top1"),
      number(by, "median_ms"), number(r, "median_ms"),
      format_bytes(std::int64_t(number(by, "peak_bytes"))),
      format_bytes(std::int64_t(number(r, "peak_bytes"))));
}

std::string beyond(const Record& r, const Constraints& constraints) {
  for (const Bound& bound : constraints)
    if (const auto by = bound.excess(r); !bound.at_least && by && *by > kSlack - 1)
      return fmt::format("beyond {} ({} times)", bound.option,
                         fmt::format("{:.2f}", number(r, bound.field.c_str()) / bound.value));
  return "";
}

}  // namespace

AxisValues axes_of(const Stack& stack) {
  AxisValues axes(kAxes);
  axes[kModel] = stack.model;
  for (const Choice& choice : stack.compress) {
    if (choice.name == "none") continue;
    const std::string text = text_of(choice);
    if (!choice.name.ends_with("_prune")) {
      axes[kNumbers] += text + " ";
      continue;
    }
    axes[kSurgery] += choice.name + " ";
    axes[kStrength] += text + " ";
  }
  axes[kFormat] = stack.format;
  axes[kCompute] = stack.compute;
  axes[kSchedule] = text_of(stack.schedule);
  axes[kPlace] = device_text(stack);
  return axes;
}

std::optional<Achieved> achieved_of(const Record& record) {
  const auto ms = record.number("median_ms"), bytes = record.number("peak_bytes");
  if (record.refused() || !ms || !bytes) return std::nullopt;
  const auto top1 = record.number("top1");
  return Achieved{top1 ? *top1 : number(record, "agreement"), *ms, *bytes};
}

Reference reference_of(const Record& dense, const Constraints& constraints) {
  Reference corner{-kPoints, 1, 1};
  if (const auto of = achieved_of(dense))
    corner = {of->top1 - kPoints, of->ms * kSlack, of->bytes * kSlack};
  for (const Bound& bound : constraints) {
    if (bound.at_least) corner.top1 = std::max(corner.top1, bound.value - half_width(dense));
    if (bound.field == "median_ms") corner.ms = std::min(corner.ms, bound.value * kSlack);
    if (bound.field == "peak_bytes") corner.bytes = std::min(corner.bytes, bound.value * kSlack);
  }
  return corner;
}

std::string doomed(const Record& record, const Constraints& constraints) {
  for (const Bound& bound : constraints) {
    const auto by = bound.excess(record);
    if (bound.field == "file_bytes" && by && *by > 0)
      return fmt::format("its file takes {}, beyond {}",
                         format_bytes(std::int64_t(number(record, "file_bytes"))), bound.option);
    if (bound.at_least && by && top1_of(record).high < bound.value)
      return fmt::format("{:.2f} % top-1 after {:.0f} images, at most {:.2f} for sure: below {}",
                         number(record, "top1"), number(record, "images"), top1_of(record).high,
                         bound.option);
  }
  return "";
}

std::vector<std::string> drop_reasons(std::span<const Record> screened,
                                      const Constraints& constraints) {
  std::vector<std::string> reasons(screened.size());
  for (std::size_t i = 0; i < screened.size(); ++i) {
    const Record& r = screened[i];
    if (!achieved_of(r)) reasons[i] = r.text("refused");
    if (i == 0 || !reasons[i].empty()) continue;
    reasons[i] = doomed(r, constraints);
    if (reasons[i].empty()) reasons[i] = beyond(r, constraints);
  }
  const std::vector<std::string> unfit = reasons;
  for (std::size_t i = 1; i < screened.size(); ++i)
    for (std::size_t j = 0; j < screened.size() && reasons[i].empty(); ++j)
      // What is unfit for the constraints beats nothing that may be fit.
      if (j != i && unfit[j].empty() && doomed(screened[j], constraints).empty() &&
          dominates(screened[j], screened[i]))
        reasons[i] = dominated_text(screened[j], screened[i]);
  return reasons;
}

std::vector<std::size_t> finals_of(std::span<const Record> screened,
                                   std::span<const std::string> dropped,
                                   const Constraints& constraints) {
  std::vector<std::size_t> finals;
  for (std::size_t i = 1; i < screened.size(); ++i)
    if (dropped[i].empty()) finals.push_back(i);
  const bool fastest = bounds_top1(constraints);
  std::ranges::stable_sort(finals, [&](std::size_t a, std::size_t b) {
    const Achieved x = *achieved_of(screened[a]), y = *achieved_of(screened[b]);
    return fastest ? x.ms < y.ms : x.top1 != y.top1 ? x.top1 > y.top1 : x.ms < y.ms;
  });
  if (!screened.empty() && achieved_of(screened[0])) finals.insert(finals.begin(), 0);
  return finals;
}

bool was_dropped(const Record& record) { return record.text("refused").starts_with(kDropped); }

}  // namespace dlis
