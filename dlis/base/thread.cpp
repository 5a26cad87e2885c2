// Asks the system through sched_getaffinity and sched_setaffinity.
#include "dlis/base/thread.h"

#if defined(__linux__)
#include <sched.h>
#endif

namespace dlis {

#if defined(__linux__)
std::vector<int> allowed_cpus() {
  constexpr int kMost = 8192;  // Linux's own limit
  std::vector<int> cpus;
  cpu_set_t* set = CPU_ALLOC(kMost);
  if (!set) return cpus;
  if (sched_getaffinity(0, CPU_ALLOC_SIZE(kMost), set) == 0)
    for (int cpu = 0; cpu < kMost; ++cpu)
      if (CPU_ISSET_S(std::size_t(cpu), CPU_ALLOC_SIZE(kMost), set)) cpus.push_back(cpu);
  CPU_FREE(set);
  return cpus;
}

int this_cpu() { return sched_getcpu(); }

bool pin_this_thread(int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}
#else
std::vector<int> allowed_cpus() { return {}; }
int this_cpu() { return -1; }
bool pin_this_thread(int) { return false; }
#endif

}  // namespace dlis
