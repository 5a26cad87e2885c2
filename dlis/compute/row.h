// What a row of layer 4 is, for convolutions and for all other operators.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "dlis/compute/problem.h"
#include "dlis/hardware/offload.h"

namespace dlis {

// Tiles [begin, end) of a phase.
struct Range {
  std::int64_t begin = 0, end = 0;
};

// The worker that runs a range; a row keeps per-worker scratch apart by `index`. A row may take
// other kernels for cores that run instructions in their order, which give the same bits.
struct Worker {
  int index = 0;
  int count = 1;
  bool in_order = false;
};

// One execution of a problem. Views have the problem's logical shapes (a convolution's are NCHW
// with any row, pixel and image strides and channel stride 1). Nothing here is owned.
struct Call {
  std::span<const ConstView> inputs;  // a convolution: x, then the residual where ends.add
  std::span<const View> outputs;
  const std::byte* packed = nullptr;  // what pack wrote
  std::byte* scratch = nullptr;  // scratch_bytes(problem) bytes, aligned to 64, shared by phases
};

// Strided access to a device's memory: element (i0, i1, ...) is `offset` bytes + sum(i * stride)
// elements from its start.
struct DeviceView {
  DeviceMemory* memory = nullptr;
  std::size_t offset = 0;
  DType type = DType::f32;
  Shape shape, strides;
};

// One execution on a device, as Call. Constants of an OpProblem are inputs like others, row-major.
// What is enqueued runs after what was enqueued before; nobody waits for it.
struct DeviceCall {
  DeviceQueue& queue;
  std::span<const DeviceView> inputs, outputs;
  DeviceMemory* packed = nullptr;             // what pack wrote
  const std::byte* packed_on_host = nullptr;  // the same
  DeviceMemory* scratch = nullptr;            // scratch_bytes(problem) bytes
};

// How far a row may be from the double-precision reference, relative to the sum of |x * w|
// (convolution) or to the largest output (other operators). Sums of integers are exact, so there it
// is relative to what sum, bias and residual add up to, and tells when an output in whole units may
// be one off: where the real number before rounding is within this distance of a tie.
//
// Transforms of m x m output tiles mix what a tile reads: with `tile` = m each |w| counts with the
// largest |x| of its channel in the tile's (m + 2)^2 inputs. Of weights in the Winograd domain it
// is the sum by its definition with every term's absolute value (winograd/reference.h).
struct Tolerance {
  double relative = 1e-6;
  int tile = 0;
};

inline constexpr int kAnyWinograd = -1;  // Row::winograd: all

// P is ConvProblem or OpProblem; all functions are pure and safe to call from any thread. A row
// whose device has a queue has `enqueue` in place of `phases`, `tiles` and `run`.
template <class P>
struct Row {
  const char* name;
  const char* device = "cpu";
  const char* summary;  // one line for `dlis list`
  int version = 1;      // part of the choice cache's key: raise it when the speed changes
  Tolerance tolerance;
  // Which weights in the Winograd domain a convolution row takes: 0: none, m: those of its tiles,
  // or kAnyWinograd.
  int winograd = 0;
  Verdict (*accepts)(const P& problem);
  std::size_t (*packed_bytes)(const P& problem, const Encoded* weights);
  // Writes packed_bytes to `packed`, once, at plan time. `weights` (null for operators without) is
  // in the problem's format; `bias` has K values or is null.
  void (*pack)(const P& problem, const Encoded* weights, const float* bias, std::byte* packed);
  std::size_t (*scratch_bytes)(const P& problem);
  int (*phases)(const P& problem) = nullptr;
  std::int64_t (*tiles)(const P& problem, int phase) = nullptr;
  void (*run)(const P& problem, const Call& call, int phase, Range range, Worker worker) = nullptr;
  Status (*enqueue)(const P& problem, const DeviceCall& call) = nullptr;
  // Of a convolution row: what `pack` writes holds numbers alone, no index and no address, laid out
  // as the problem and its `isa` say on any host, and `packed_bytes` needs no weights. A file may
  // hold it, for a run straight from there; of other rows it holds the weights, packed at loading.
  bool portable = false;
  // For plans that measure nothing: how many multiply-adds at the machine's ceiling would take as
  // long as this row's arithmetic. Null: those of the problem.
  double (*work)(const P& problem) = nullptr;
  // What `dlis plan --explain` says of the row on this machine, one sentence; empty: nothing.
  std::string (*remark)(const P& problem) = nullptr;
};

// The rows of algorithms.inc, and those of operators.inc.
using ConvRow = Row<ConvProblem>;
using OpRow = Row<OpProblem>;

std::span<const ConvRow* const> conv_rows();  // algorithms.inc, in order of preference
// What callers ask: the row's own `accepts` and what holds for all rows.
Verdict accepts(const ConvRow& row, const ConvProblem& problem);
const ConvRow* find_conv_row(std::string_view name);
std::span<const OpRow* const> op_rows();        // operators.inc
const OpRow* find_op_row(std::string_view op);  // null: no kernel for this operator

}  // namespace dlis
