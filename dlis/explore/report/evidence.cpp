// Intervals from the quantiles and counts that records hold.
#include "dlis/explore/report/evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/explore/accuracy.h"
#include "dlis/explore/report.h"

namespace dlis {
namespace {

// log(b / a) of two times; nothing where a time is missing or below the clock's resolution.
double log_between(std::optional<double> a, std::optional<double> b) {
  return a && b && *a > 0 && *b > *a ? std::log(*b / *a) : 0;
}

// Versions whose library is the same differ in texts or tests only (see version.h).
std::string build_of(const Record& record) {
  const std::string commit = record.text("commit");
  const std::size_t plus = commit.find('+');
  return plus == std::string::npos ? commit : commit.substr(plus);
}

// As the command names it: two sets of images may have as many. Empty where no command is known.
std::string data_of(const Record& record) {
  const std::string command = record.text("command");
  const std::size_t at = command.find(" --data ");
  return at == std::string::npos ? "" : command.substr(at, command.find(" --", at + 1) - at);
}

using Groups = std::vector<std::vector<Entry>>;

Groups grouped(std::span<const Entry> entries, std::string (*key_of)(const Record&)) {
  std::vector<std::string> keys;
  Groups groups;
  for (const Entry& entry : entries) {
    if (!is_timed(entry.record)) continue;
    const std::string key = key_of(entry.record);
    const auto at = std::size_t(std::find(keys.begin(), keys.end(), key) - keys.begin());
    if (at == keys.size()) {
      keys.push_back(key);
      groups.emplace_back();
    }
    groups[at].push_back(entry);
  }
  return groups;
}

}  // namespace

std::vector<Entry> entries_of(std::span<const Record> store) {
  std::vector<Entry> entries;
  for (const std::size_t place : latest_places(store)) entries.push_back({place + 1, store[place]});
  return entries;
}

const Entry* shipped_entry(std::span<const Entry* const> entries) {
  std::vector<const Record*> records;
  for (const Entry* e : entries) records.push_back(&e->record);
  const Record* pick = shipped(records);
  return pick ? entries[std::size_t(std::ranges::find(records, pick) - records.begin())] : nullptr;
}

bool is_timed(const Record& record) {
  return !record.refused() && record.number("median_ms").value_or(0) > 0;
}

std::string setting_of(const Record& record) {
  std::string text = build_of(record) + data_of(record);
  for (const char* field : {"machine", "split"}) text += '\n' + record.text(field);
  for (const char* field : {"batch", "seed", "images"})
    text += fmt::format("\n{}", record.number(field).value_or(-1));
  return text;
}

std::string context_of(const Record& record) {
  return record.text("model") + '\n' + setting_of(record);
}

std::vector<std::vector<Entry>> by_setting(std::span<const Entry> entries) {
  return grouped(entries, setting_of);
}

std::vector<std::vector<Entry>> by_context(std::span<const Entry> entries) {
  return grouped(entries, context_of);
}

Estimate times_as_fast(const Record& fast, const Record& slow) {
  const auto ms = [](const Record& r, const char* field) { return r.number(field); };
  const double ratio = *ms(slow, "median_ms") / *ms(fast, "median_ms");
  const double down = std::hypot(log_between(ms(slow, "p10_ms"), ms(slow, "median_ms")),
                                 log_between(ms(fast, "median_ms"), ms(fast, "p90_ms")));
  const double up = std::hypot(log_between(ms(slow, "median_ms"), ms(slow, "p90_ms")),
                               log_between(ms(fast, "p10_ms"), ms(fast, "median_ms")));
  return {ratio, ratio * std::exp(-down), ratio * std::exp(up)};
}

std::optional<Estimate> top1_of(const Record& record) {
  const auto interval = top1_interval(record);
  if (!interval) return std::nullopt;
  return Estimate{*record.number("top1"), interval->low, interval->high};
}

std::optional<Estimate> points_above(const Record& a, const Record& b) {
  const auto one = top1_of(a), other = top1_of(b);
  if (!one || !other) return std::nullopt;
  const double points = one->value - other->value;
  return Estimate{points, points - std::hypot(one->value - one->low, other->high - other->value),
                  points + std::hypot(one->high - one->value, other->value - other->low)};
}

std::string times_text(const Estimate& e) {
  return fmt::format("{:.2f}x [{:.2f}, {:.2f}]", e.value, e.low, e.high);
}

std::string points_text(const Estimate& e) {
  return fmt::format("{:.1f} points [{:.1f}, {:.1f}]", e.value, e.low, e.high);
}

std::string choices_text(const Record& record) {
  const std::string stack = record.text("stack");
  const std::size_t bar = stack.find(" | ");
  return bar == std::string::npos ? stack : stack.substr(bar + 3);
}

}  // namespace dlis
