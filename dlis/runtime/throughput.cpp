// One thread a session; they start together and stop at the same moment.
#include "dlis/runtime/throughput.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <system_error>
#include <thread>

#include "dlis/base/clock.h"
#include "dlis/base/memory.h"
#include "dlis/base/statistics.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

constexpr int kMostSessions = 1024;

struct Runner {
  Status status;
  std::optional<Session> session;
  double open_ms = 0;
  std::vector<double> times;
};

// Waits for all of them, so that none has the machine to itself.
class Start {
 public:
  explicit Start(int count) : missing_(count) {}
  void leave() { --missing_; }
  void wait() {
    leave();
    while (missing_.load() > 0) std::this_thread::yield();
  }

 private:
  std::atomic<int> missing_;
};

Status run(const std::shared_ptr<const Plan>& plan, std::span<const Tensor> inputs, Runner& runner,
           Start& start, double seconds) {
  const double opened = now_ms();
  auto session = Session::open(plan);
  auto first = session ? session->run(inputs) : tl::unexpected(session.error());
  runner.open_ms = now_ms() - opened;
  start.wait();  // also where it failed: the others count on it
  if (!first) return tl::unexpected(first.error());
  const double begin = now_ms();
  for (double now = begin; now - begin < 1000 * seconds;) {
    DLIS_TRY(session->run(inputs));
    const double end = now_ms();
    runner.times.push_back(end - now);
    now = end;
  }
  runner.session = std::move(*session);  // its memory is counted when all are done
  return {};
}

}  // namespace

Result<Throughput> measure_sessions(const std::shared_ptr<const Plan>& plan, int sessions,
                                    double seconds) {
  if (sessions < 1 || sessions > kMostSessions)
    return fail(fmt::format("there cannot be {} sessions", sessions), "--sessions",
                fmt::format("give 1 to {}", kMostSessions));
  const std::vector<Tensor> inputs = random_inputs(plan->graph);
  std::vector<Runner> runners;
  runners.resize(std::size_t(sessions));
  Start start(sessions);
  const ResidentGrowth growth;
  std::vector<std::thread> threads;
  for (Runner& runner : runners) try {
      threads.emplace_back([&] { runner.status = run(plan, inputs, runner, start, seconds); });
    } catch (const std::system_error&) {
      runner.status = fail("the system gives no more threads", "--sessions", "take fewer");
      start.leave();
    }
  for (std::thread& thread : threads) thread.join();
  Throughput out{.sessions = sessions,
                 .process_bytes = growth.bytes(),
                 .session_bytes = plan->arena_bytes + plan->scratch_bytes};
  std::vector<double> times;
  for (Runner& runner : runners) {
    DLIS_TRY(std::move(runner.status));
    double total = 0;
    for (double ms : runner.times) total += ms;
    out.runs_per_second += 1000 * double(runner.times.size()) / total;
    out.open_ms = std::max(out.open_ms, runner.open_ms);
    times.insert(times.end(), runner.times.begin(), runner.times.end());
  }
  std::ranges::sort(times);
  out.median_ms = quantile(times, 0.5);
  out.p90_ms = quantile(times, 0.9);
  return out;
}

}  // namespace dlis
