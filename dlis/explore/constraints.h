// What a stack must keep to be shipped.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "dlis/explore/record.h"

namespace dlis {

// A bound on a field of records.
struct Bound {
  std::string option;  // as the user wrote it: "--max-bytes 1M"
  std::string field;   // "file_bytes"
  double value = 0;
  bool at_least = false;  // else at most
  // How far the record is beyond the bound, as a share of it: 0 and less keep it. None: the record
  // has no such value, so it cannot keep the bound.
  std::optional<double> excess(const Record& record) const;
  friend bool operator==(const Bound&, const Bound&) = default;
};
using Constraints = std::vector<Bound>;

// As the options have them; empty: none. Percent, milliseconds, and bytes as `parse_bytes` takes
// them, all more than 0. Errors: not so.
struct ConstraintTexts {
  std::string min_top1, max_ms, max_memory, max_bytes;
};
Result<Constraints> parse_constraints(const ConstraintTexts& texts);

// A measured record that keeps every bound.
bool keeps(const Constraints& constraints, const Record& record);
// Whether top-1 is bounded, so that the fastest stack is wanted; else the most accurate one is.
bool bounds_top1(const Constraints& constraints);
// "--min-top1 92.5 and --max-bytes 1M"
std::string text_of(const Constraints& constraints);
// The largest excess; infinite where a value is missing or the stack was refused.
double excess(const Constraints& constraints, const Record& record);

}  // namespace dlis
