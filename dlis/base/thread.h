// What threads need of the system: which processors they may use, binding, and a polite spin.
#pragma once
#include <vector>

namespace dlis {

std::vector<int> allowed_cpus();  // of the calling thread, ascending; empty where unknown
int this_cpu();                   // the caller is on, for now; -1 where unknown
bool pin_this_thread(int cpu);    // false where the system refuses or cannot

// One turn of a spin loop: tells the core that nothing is lost by slowing down.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  asm volatile("yield");
#endif
}

}  // namespace dlis
