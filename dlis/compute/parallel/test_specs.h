// The schedules of the list with some of their parameters, for tests.
#pragma once
#include "dlis/compute/parallel/schedule.h"

namespace dlis {

inline std::vector<ScheduleSpec> all_specs() {
  std::vector<ScheduleSpec> specs;
  for (const Schedule* row : schedules()) {
    specs.push_back({row});
    if (row->has_chunk)
      for (std::int64_t chunk : {3, 1000}) specs.push_back({row, chunk});
    if (row->has_speeds)
      for (const std::vector<double>& speeds :
           {std::vector<double>{1, 0.5}, {0, 1}, {0.25, 1, 1e-6}, {1, 1, 1, 1, 1, 1, 1, 1, 7}})
        specs.push_back({row, 1, speeds});
  }
  return specs;
}

}  // namespace dlis
