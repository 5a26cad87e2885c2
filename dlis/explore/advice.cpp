// One sentence of advice, from the records alone.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/explore/report.h"

namespace dlis {
namespace {

constexpr double kAcceptablePoints = 1;  // of top-1 below the best: the test set cannot tell less
constexpr double kAlike = 99;  // percent of images answered as by the uncompressed network

bool complete(const Record& r) {
  return !r.refused() && r.number("median_ms") && r.number("peak_bytes");
}
double ms(const Record& r) { return *r.number("median_ms"); }
double bytes(const Record& r) { return *r.number("peak_bytes"); }
double top1(const Record& r) { return r.number("top1").value_or(0); }
bool is_labelled(const Record& r) { return r.number("top1").has_value(); }

using Records = std::span<const Record* const>;

// The best record under `better`, among those that `fits`; the first one of equals.
template <class Fits, class Better>
const Record* best(Records records, Fits fits, Better better) {
  const Record* found = nullptr;
  for (const Record* r : records)
    if (complete(*r) && fits(*r) && (!found || better(*r, *found))) found = r;
  return found;
}

bool faster(const Record& a, const Record& b) {
  return ms(a) != ms(b) ? ms(a) < ms(b) : bytes(a) < bytes(b);
}
bool more_accurate(const Record& a, const Record& b) {
  return top1(a) != top1(b) ? top1(a) > top1(b) : faster(a, b);
}

std::string size_phrase(double ratio) {
  if (std::abs(ratio - 1) < 0.005) return "as large in memory";
  return fmt::format("{:.0f} % {} in memory", 100 * std::abs(1 - ratio),
                     ratio < 1 ? "smaller" : "larger");
}
std::string points_phrase(double lost) {
  if (std::abs(lost) < 0.005) return "at the same top-1";
  return lost > 0 ? fmt::format("for {:.2f} points of top-1", lost)
                  : fmt::format("with {:.2f} points more of top-1", -lost);
}

std::string against(const Record& pick, const Record& reference) {
  if (&pick == &reference) return "the uncompressed network as it is";
  return fmt::format("{:.2f} times as fast as `{}` and {}, {}", ms(reference) / ms(pick),
                     reference.text("stack"), size_phrase(bytes(pick) / bytes(reference)),
                     points_phrase(top1(reference) - top1(pick)));
}

bool is_alike(const Record& r) { return r.number("agreement").value_or(0) >= kAlike; }

// Images without labels tell how often a stack answers as the uncompressed network does.
std::string advice_by_agreement(const Record& pick, std::int64_t measured) {
  if (!is_alike(pick))
    return fmt::format(
        "`{}` is the fastest of {} stacks with {:.3g} ms; accuracy was not measured.",
        pick.text("stack"), measured, ms(pick));
  return fmt::format(
      "Ship `{}`: of {} stacks it is the fastest ({:.3g} ms) of those that answer as the "
      "uncompressed network does for at least {:.0f} % of the images ({:.2f} % of {:.0f}); without "
      "labels nothing else is known of its accuracy.",
      pick.text("stack"), measured, ms(pick), kAlike, *pick.number("agreement"),
      pick.number("images").value_or(0));
}

}  // namespace

const Record* shipped(Records records) {
  const Record* top = best(records, is_labelled, more_accurate);
  if (!top) {
    const Record* alike = best(records, is_alike, faster);
    const auto any = [](const Record&) { return true; };
    return alike ? alike : best(records, any, faster);
  }
  const auto acceptable = [&](const Record& r) {
    return is_labelled(r) && top1(r) >= top1(*top) - kAcceptablePoints;
  };
  return best(records, acceptable, faster);
}

std::string advice(std::span<const Record> given) {
  std::vector<const Record*> records;
  for (const Record& r : given) records.push_back(&r);
  const Record* pick = shipped(records);
  if (!pick) return "There is nothing to advise: no stack was measured.";
  const auto measured = std::ranges::count_if(given, complete);
  if (!is_labelled(*pick)) return advice_by_agreement(*pick, measured);
  const auto plain = [](const Record& r) { return is_labelled(r) && r.text("compress") == "none"; };
  const Record& top = *best(records, is_labelled, more_accurate);
  const Record* uncompressed = best(records, plain, more_accurate);
  return fmt::format(
      "Ship `{}`: {}; because of {} stacks it is the fastest within {:.0f} point of the best top-1 "
      "({:.2f} % of {:.0f} images).",
      pick->text("stack"), against(*pick, uncompressed ? *uncompressed : top), measured,
      kAcceptablePoints, top1(top), top.number("images").value_or(0));
}

}  // namespace dlis
