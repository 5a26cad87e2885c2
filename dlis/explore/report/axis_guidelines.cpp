// Guidelines from matched pairs: stacks that differ in one choice alone.
#include <fmt/format.h>

#include <array>
#include <map>

#include "dlis/explore/report.h"
#include "dlis/explore/report/guidelines.h"

namespace dlis {
namespace {

constexpr std::size_t kPairs = 2;  // at least; one pair is no rule
constexpr std::array kAxes{"format", "compute", "schedule", "device"};

std::string choice_of(const Record& record, std::string_view axis) {
  return axis == "device" ? device_of(record) : record.text(axis);
}

// All choices of a stack but one.
std::string others_of(const Record& record, std::string_view axis) {
  std::string text = record.text("compress");
  for (const char* other : kAxes)
    if (other != axis) text += '\n' + choice_of(record, other);
  return text;
}

using Pair = std::pair<const Entry*, const Entry*>;
using Pairs = std::map<std::pair<std::string, std::string>, std::vector<Pair>>;

Pairs pairs_of(std::span<const Entry> entries, std::string_view axis) {
  std::map<std::string, std::map<std::string, const Entry*>> alike;
  for (const Entry& e : entries) alike[others_of(e.record, axis)][choice_of(e.record, axis)] = &e;
  Pairs pairs;
  for (const auto& [others, choices] : alike)
    for (auto a = choices.begin(); a != choices.end(); ++a)
      for (auto b = std::next(a); b != choices.end(); ++b)
        pairs[{a->first, b->first}].emplace_back(a->second, b->second);
  return pairs;
}

// All pairs say that the first is faster, and all surely.
bool agree(const std::vector<Pair>& pairs) {
  for (const auto& [fast, slow] : pairs)
    if (!is_surely_above(times_as_fast(fast->record, slow->record), 1)) return false;
  return true;
}

Guideline sentence(const std::string& fast, const std::string& slow,
                   const std::vector<Pair>& pairs) {
  Guideline out;
  Estimate least, most;
  for (const auto& [one, other] : pairs) {
    const Estimate times = times_as_fast(one->record, other->record);
    if (out.records.empty() || times.value < least.value) least = times;
    if (out.records.empty() || times.value > most.value) most = times;
    out.records.insert(out.records.end(), {one->number, other->number});
  }
  out.text = fmt::format(
      "`{}` is {} to {} as fast as `{}` in all {} pairs of stacks that differ in nothing else",
      fast, times_text(least), times_text(most), slow, pairs.size());
  return out;
}

}  // namespace

std::vector<Guideline> axis_guidelines(std::span<const Entry> entries) {
  std::vector<Guideline> out;
  for (const char* axis : kAxes)
    for (const auto& [names, pairs] : pairs_of(entries, axis)) {
      if (pairs.size() < kPairs) continue;
      std::vector<Pair> reversed;
      for (const auto& [a, b] : pairs) reversed.emplace_back(b, a);
      if (agree(pairs)) out.push_back(sentence(names.first, names.second, pairs));
      if (agree(reversed)) out.push_back(sentence(names.second, names.first, reversed));
    }
  return out;
}

}  // namespace dlis
