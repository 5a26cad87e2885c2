// What a page's sentences rest on: numbered records, and how sure a comparison of two is.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dlis/base/statistics.h"
#include "dlis/explore/record.h"

namespace dlis {

// The latest record of a stack, and its number: its place in the store, from 1.
struct Entry {
  std::size_t number = 0;
  Record record;
};
std::vector<Entry> entries_of(std::span<const Record> store);

// That which `advice` ships of them; null: nothing was measured.
const Entry* shipped_entry(std::span<const Entry* const> entries);

bool is_timed(const Record& record);  // not refused, and with a time

// Equal for records that may be compared: one machine, build, batch, seed and images.
std::string setting_of(const Record& record);
std::string context_of(const Record& record);  // and one network
// The timed ones, in order.
std::vector<std::vector<Entry>> by_setting(std::span<const Entry> entries);
std::vector<std::vector<Entry>> by_context(std::span<const Entry> entries);

// How many times as fast `fast` is as `slow`: the quotient of the medians. The interval is of
// single runs, not of medians: p10 and p90 of both as independent errors of the quotient's
// logarithm. It is the wider of the two on purpose, because what other processes do to one
// measurement lasts longer than a run, so that medians lie further apart than their number of runs
// tells.
Estimate times_as_fast(const Record& fast, const Record& slow);

// Percentage points of top-1 by which `a` is above `b`, with the 95 % interval of a difference of
// two proportions (Newcombe, Statistics in Medicine 17, 1998, method 10: from Wilson intervals).
// None where either has no accuracy.
std::optional<Estimate> points_above(const Record& a, const Record& b);

// The 95 % interval of a record's top-1, in percent; none where it has no accuracy.
std::optional<Estimate> top1_of(const Record& record);

inline bool is_surely_above(const Estimate& e, double value) { return e.low > value; }
inline bool is_surely_below(const Estimate& e, double value) { return e.high < value; }

// "1.90x [1.81, 2.02]".
std::string times_text(const Estimate& estimate);
// "49.8 points [46.1, 53.2]".
std::string points_text(const Estimate& estimate);
// A stack without its network, which stands elsewhere: "none | csr | auto/static | cpu:2".
std::string choices_text(const Record& record);

}  // namespace dlis
