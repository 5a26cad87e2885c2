// Asks the system through sched_getaffinity and sched_setaffinity.
#include "dlis/base/thread.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace dlis {

#if defined(__linux__)
std::vector<int> allowed_cpus() {
  cpu_set_t set;
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  return cpus;
}

bool pin_this_thread(int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}
#else
std::vector<int> allowed_cpus() { return {}; }
bool pin_this_thread(int) { return false; }
#endif

}  // namespace dlis
