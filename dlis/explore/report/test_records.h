// Records as tests of the report need them.
#pragma once
#include <string>

#include "dlis/explore/describe.h"
#include "dlis/explore/record.h"
#include "dlis/explore/report/evidence.h"
#include "dlis/explore/stack.h"

namespace dlis::test {

// Measured on a thousand images, with a tenth of the runs 2 % faster or slower.
inline Record record(const std::string& stack_line, double ms, double top1, double density = 1,
                     std::int64_t peak_bytes = 1 << 20) {
  const Stack stack = parse_stack(stack_line).value();
  Record r;
  describe(stack, r);
  r.set("machine", "a machine");
  r.set("commit", "0.1.0-abc+b1");
  r.set("images", std::int64_t(1000));
  r.set("top1", top1);
  r.set("median_ms", ms);
  r.set("p10_ms", ms / 1.02);
  r.set("p90_ms", ms * 1.02);
  r.set("density", density);
  r.set("peak_bytes", peak_bytes);
  r.set("weights_bytes", peak_bytes / 2);
  r.set("command", "dlis evaluate '" + text_of(stack) + "' --data images:d --seconds 2");
  return r;
}

inline Record refused(const std::string& stack_line, const std::string& why) {
  Record r = record(stack_line, 1, 0);
  for (const char* field : {"top1", "images", "median_ms", "p10_ms", "p90_ms", "peak_bytes"})
    r.set(field, {});
  r.set("refused", why);
  return r;
}

// Gives each the other's times.
inline void swap_times(Record& a, Record& b) {
  for (const char* field : {"median_ms", "p10_ms", "p90_ms"}) {
    const auto of_a = *a.number(field), of_b = *b.number(field);
    a.set(field, of_b);
    b.set(field, of_a);
  }
}

}  // namespace dlis::test
