// Several sessions at once on one plan: what they do in a second, and what they take.
#pragma once
#include "dlis/runtime/session.h"

namespace dlis {

// Several sessions of one plan beside each other.
struct Throughput {
  int sessions = 0;
  double runs_per_second = 0;        // of all together
  double median_ms = 0, p90_ms = 0;  // of one run in one session, beside the others
  double open_ms = 0;                // the slowest session, from opening to its first result
  std::int64_t process_bytes = 0;    // how much the process grew by the sessions
  std::size_t session_bytes = 0;     // what one of them states: values and scratch
};

// `sessions` threads, each with a session of its own, run for about `seconds`.
Result<Throughput> measure_sessions(const std::shared_ptr<const Plan>& plan, int sessions,
                                    double seconds = 1);

}  // namespace dlis
