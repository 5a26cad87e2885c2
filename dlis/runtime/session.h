// A plan that can run: one shape, one arena, sized before the first run and never grown.
#pragma once
#include <functional>
#include <memory>
#include <span>

#include "dlis/compute/parallel/pool.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// Stands for the queue of a device where a thread is asked for.
inline constexpr int kDeviceThread = -1;

// A range of tiles that one run of a session ran; or all that the queue of a device did of a step,
// as one range of kDeviceThread.
struct TileRun {
  int step = 0, phase = 0;     // of the plan
  int worker = 0, thread = 0;  // whose share it was, and who ran it
  Range range;
  double begin_ms = 0, end_ms = 0;  // as now_ms
};

// A plan that can run: one shape, one arena, sized when it is opened and never grown. It belongs to
// one thread at a time.
class Session {
 public:
  static Result<Session> open(
      std::shared_ptr<const Plan> plan);  // errors: too little memory, a device
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  // Inputs and outputs in the graph's order, row-major in logical axes. Errors: number, type or
  // shape; a device that fails, after which another run may be tried.
  Result<std::vector<Tensor>> run(std::span<const Tensor> inputs);

  // The same from and to the caller's memory, as many bytes each as type and shape of the graph's
  // input or output say, at any address that suits the type. Takes nothing from the heap. Error: a
  // device that fails.
  Status run(std::span<const std::byte* const> inputs, std::span<std::byte* const> outputs);

  // As run, and hands each value to `see` as soon as it is whole (copied to row-major): after the
  // last step that writes it or, where it only shares memory, what it was made of.
  using See = std::function<void(const Value& value, const Tensor& tensor)>;
  Result<std::vector<Tensor>> observe(std::span<const Tensor> inputs, const See& see);

  // Milliseconds of each step in the last profiled run.
  Result<std::vector<double>> profile(std::span<const Tensor> inputs);
  // As run, and tells every range of tiles, in the order of steps and phases.
  Result<std::vector<TileRun>> trace(std::span<const Tensor> inputs);
  const Plan& plan() const;

  // Takes the rows that the plan's steps have now. For a plan that is still being made: rows of its
  // steps may change between runs, where its scratch serves all of them.
  Status rebind();

 private:
  struct State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dlis
