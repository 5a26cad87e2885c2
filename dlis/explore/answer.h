// The stack to ship under constraints.
#pragma once
#include <span>
#include <string>

#include "dlis/explore/constraints.h"

namespace dlis {

// What to ship, as sentences, and its record, one of those that were looked at.
struct Answer {
  std::string text;
  const Record* pick = nullptr;
};

// Three sentences: of the measured stacks that keep every bound the fastest (without a bound on
// top-1 the most accurate), what it gains against the dense network as it came, and the runner-up:
// the next one that differs in network, technique or format, if there is one. Where no stack keeps
// all bounds an Error: which bound the nearest stack misses (nearest: its largest miss, as a share
// of the bound, is the smallest), by how much, and what it has. Refused records do not count.
Result<Answer> answer(std::span<const Record> records, const Constraints& constraints);

// The dense network as it came: the fastest measured record without technique, in format `dense`
// or, where there is none, `auto`, of a file that no recipe made. Null: there is none.
const Record* dense_reference(std::span<const Record> records);

}  // namespace dlis
