// A place to wait for another thread: spin for a moment, then sleep.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "dlis/base/thread.h"

namespace dlis {

// The condition has to be made true by a sequentially consistent store before `open`, and `ready`
// has to load it so: either `open` sees the sleeper or the sleeper sees the condition.
class Gate {
 public:
  using Spin = std::chrono::microseconds;

  template <class Ready>
  void wait(Spin spin, Ready&& ready) {
    if (spin_until(spin, ready)) return;
    std::unique_lock lock(mutex_);
    sleepers_.fetch_add(1);
    woken_.wait(lock, ready);
    sleepers_.fetch_sub(1);
  }

  void open() {
    if (sleepers_.load() == 0) return;
    { std::lock_guard lock(mutex_); }
    woken_.notify_all();
  }

 private:
  template <class Ready>
  static bool spin_until(Spin spin, Ready& ready) {
    constexpr int kTurnsPerLook = 32;  // the clock costs about as much as a turn
    const auto end = std::chrono::steady_clock::now() + spin;
    do {
      for (int turn = 0; turn < kTurnsPerLook; ++turn) {
        if (ready()) return true;
        relax();
      }
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }

  std::mutex mutex_;
  std::condition_variable woken_;
  std::atomic<int> sleepers_{0};
};

}  // namespace dlis
