// Convolutions of oneDNN on bands of rows, made once a process.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "dlis/compute/problem.h"

namespace dlis {

// What one primitive computes: `out_rows` rows of `images` images from the `in_rows` rows that they
// need, both dense NHWC; padding above and below is what the image's edge leaves of the problem's.
struct OnednnBand {
  std::int64_t images = 1, in_rows = 1, out_rows = 1, pad_top = 0, pad_bottom = 0;
  friend bool operator==(const OnednnBand&, const OnednnBand&) = default;
};

// A primitive that one thread executes; any number of them at once.
class OnednnConv {
 public:
  struct State;
  explicit OnednnConv(std::unique_ptr<State> state);
  ~OnednnConv();

  std::size_t weights_bytes() const;
  std::size_t scratch_bytes() const;
  // From K x C/groups x R x S values to the library's order.
  void pack(const float* weights, float* to) const;
  struct Operands {
    const float *x, *weights, *bias, *residual;  // the last two may be null
    float* y;
    std::byte* scratch;
  };
  void run(const Operands& operands) const;
  const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// Made at the first call and kept until the process ends, since `packed` owns no objects; safe from
// any thread. Null where oneDNN has only its reference loops. `like`, where it is given, decides
// the order of the weights. A look-up takes about 0.2 us.
const OnednnConv* onednn_conv(const ConvProblem& problem, const OnednnBand& band,
                              const OnednnConv* like);

}  // namespace dlis
