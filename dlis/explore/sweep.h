// The product of the axes, evaluated into a store that a stopped run resumes.
#pragma once
#include "dlis/explore/evaluate.h"

namespace dlis {

struct Space {
  std::vector<std::string> models, compress, format, compute, schedule, device;
  std::vector<int> threads;
};
std::vector<Stack> stacks_of(const Space& space);  // Result of parsing is checked by the caller

struct Progress {
  std::int64_t done = 0, total = 0, reused = 0;
  std::string stack;  // being measured now
  double seconds_left = 0;
};

// Evaluates every stack that the store does not hold yet. `stop` is polled between stacks.
Status sweep(const Space& space, const EvaluateOptions& options, const std::filesystem::path& store,
             const std::function<void(const Progress&)>& report, const std::function<bool()>& stop);

// Indices of the records on the front of (top1 up, median_ms down, peak_bytes down); refused ones
// and ones with a null among the three that others have are left out.
std::vector<std::size_t> pareto_front(const std::vector<Record>& records);
std::string advice(const std::vector<Record>& records);  // one sentence
std::string table_of(const std::vector<Record>& records);

}  // namespace dlis
