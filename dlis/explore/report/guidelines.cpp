// Guidelines that compare two stacks each.
#include "dlis/explore/report/guidelines.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "dlis/base/text.h"
#include "dlis/explore/report.h"
#include "dlis/explore/stack.h"

namespace dlis {
namespace {

// Nobody ships a network that lost more points than this against the best.
constexpr double kUsefulPoints = 5;
constexpr double kSmaller = 1.05;  // times less memory, to be worth a sentence

double ms(const Record& r) { return *r.number("median_ms"); }
double bytes(const Record& r) { return r.number("peak_bytes").value_or(0); }

// A chain's techniques without their parameters: `channel_prune + quantise`.
std::string family_of(const Record& record) {
  const auto chain = parse_chain(record.text("compress"));
  if (!chain) return record.text("compress");
  std::vector<std::string> names;
  for (const Choice& choice : *chain) names.push_back(choice.name);
  return join(names, " + ");
}

using Entries = std::vector<const Entry*>;

const Entry* fastest(const Entries& entries, double at_least) {
  const Entry* found = nullptr;
  for (const Entry* e : entries)
    if (*e->record.number("top1") >= at_least && (!found || ms(e->record) < ms(found->record)))
      found = e;
  return found;
}

double best_top1(const Entries& entries) {
  double best = 0;
  for (const Entry* e : entries) best = std::max(best, *e->record.number("top1"));
  return best;
}

// Those with an accuracy, by `key`.
template <class Key>
std::map<std::string, Entries> groups_of(std::span<const Entry> entries, Key key) {
  std::map<std::string, Entries> groups;
  for (const Entry& e : entries)
    if (top1_of(e.record)) groups[key(e.record)].push_back(&e);
  return groups;
}

struct Contender {
  std::string name;  // its technique, where there are several networks with the network
  Entries entries;
};

void compare(const std::string& device, const Contender& a, const Contender& b, double best,
             std::vector<Guideline>& out) {
  const double level = std::floor(std::min(best_top1(a.entries), best_top1(b.entries)));
  if (level < best - kUsefulPoints) return;
  const Entry *one = fastest(a.entries, level), *other = fastest(b.entries, level);
  const bool is_first = ms(one->record) <= ms(other->record);
  if (!is_first) std::swap(one, other);
  const Estimate times = times_as_fast(one->record, other->record);
  if (!is_surely_above(times, 1)) return;
  out.push_back(
      {fmt::format("At {:.0f} % top-1 and above on {}, `{}` is {} as fast as `{}` "
                   "(fastest against fastest: `{}`, `{}`)",
                   level, device, (is_first ? a : b).name, times_text(times),
                   (is_first ? b : a).name, choices_text(one->record), choices_text(other->record)),
       {one->number, other->number}});
}

std::vector<Contender> contenders_of(const Entries& entries) {
  std::map<std::string, std::map<std::string, Entries>> by_model;
  for (const Entry* e : entries)
    by_model[e->record.text("model")][family_of(e->record)].push_back(e);
  std::vector<Contender> contenders;
  for (const auto& [model, families] : by_model)
    for (const auto& [family, own] : families)
      contenders.push_back({by_model.size() > 1 ? model + " | " + family : family, own});
  return contenders;
}

// The most accurate uncompressed stack with dense weights; of equals the fastest.
const Entry* plain_of(std::span<const Entry> entries) {
  const Entry* plain = nullptr;
  for (const Entry& e : entries) {
    if (e.record.text("compress") != "none" || e.record.text("format") != "dense") continue;
    if (!top1_of(e.record)) continue;
    const double more = plain ? *e.record.number("top1") - *plain->record.number("top1") : 1;
    if (more > 0 || (more == 0 && ms(e.record) < ms(plain->record))) plain = &e;
  }
  return plain;
}

std::string speed_phrase(const Estimate& times) {
  if (is_surely_above(times, 1)) return fmt::format("and is {} as fast", times_text(times));
  if (is_surely_below(times, 1)) return fmt::format("at {} of its speed", times_text(times));
  return "with no sure difference in time";
}

}  // namespace

std::vector<Guideline> technique_guidelines(std::span<const Entry> entries) {
  std::vector<Guideline> out;
  for (const auto& [device, all] : groups_of(entries, device_of)) {
    const auto contenders = contenders_of(all);
    for (auto a = contenders.begin(); a != contenders.end(); ++a)
      for (auto b = std::next(a); b != contenders.end(); ++b)
        compare(device, *a, *b, best_top1(all), out);
  }
  return out;
}

std::vector<Guideline> memory_guidelines(std::span<const Entry> entries) {
  const Entry *plain = plain_of(entries), *best = nullptr, *smallest = nullptr;
  for (const Entry& e : entries)
    if (top1_of(e.record) && (!best || *e.record.number("top1") > *best->record.number("top1")))
      best = &e;
  if (!plain || !best) return {};
  for (const Entry& e : entries) {
    const auto lost = points_above(best->record, e.record);
    if (!lost || is_surely_above(*lost, 0) || bytes(e.record) <= 0) continue;
    if (!smallest || bytes(e.record) < bytes(smallest->record)) smallest = &e;
  }
  if (!smallest || bytes(plain->record) < kSmaller * bytes(smallest->record)) return {};
  return {
      {fmt::format("`{}` takes {:.1f} times less memory than `{}`, {}; its top-1 of {:.2f} % is "
                   "within the noise of the best ({:.2f} %, {:.0f} images)",
                   choices_text(smallest->record), bytes(plain->record) / bytes(smallest->record),
                   choices_text(plain->record),
                   speed_phrase(times_as_fast(smallest->record, plain->record)),
                   *smallest->record.number("top1"), *best->record.number("top1"),
                   *best->record.number("images")),
       {smallest->number, plain->number, best->number}}};
}

std::vector<Guideline> accuracy_guidelines(std::span<const Entry> entries) {
  const Entry* plain = plain_of(entries);
  if (!plain) return {};
  std::vector<Guideline> out;
  for (const auto& [family, all] : groups_of(entries, family_of)) {
    const Entry* least = nullptr;  // of those that surely lost
    for (const Entry* e : all)
      if (is_surely_above(*points_above(plain->record, e->record), 0) &&
          (!least || *e->record.number("top1") > *least->record.number("top1")))
        least = e;
    if (!least) continue;
    out.push_back({fmt::format("`{}` with `{}` weights loses {} of top-1 against the uncompressed "
                               "network, outside the noise of {:.0f} images",
                               least->record.text("compress"), least->record.text("format"),
                               points_text(*points_above(plain->record, least->record)),
                               *least->record.number("images")),
                   {least->number, plain->number}});
  }
  return out;
}

std::vector<Guideline> guidelines(std::span<const Entry> entries) {
  std::vector<Guideline> out;
  const auto add = [&](std::vector<Guideline> some, const std::string& where) {
    for (Guideline& one : some) out.push_back({where + one.text, std::move(one.records)});
  };
  const auto settings = by_setting(entries);
  for (const auto& group : settings)
    add(technique_guidelines(group),
        settings.size() > 1 ? fmt::format("{}: ", group[0].record.text("machine")) : "");
  const auto contexts = by_context(entries);
  for (const auto& group : contexts)
    for (const auto part :
         {sparsity_guidelines, axis_guidelines, memory_guidelines, accuracy_guidelines})
      add(part(group), contexts.size() > 1
                           ? fmt::format("`{}` ({}): ", group[0].record.text("model"),
                                         group[0].record.text("machine"))
                           : "");
  return out;
}

}  // namespace dlis
