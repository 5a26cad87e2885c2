// A graph with every decision taken: which row computes each layer, in which order of memory, where
// its values lie, and the packed weights. Immutable; any number of sessions share one.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dlis/compute/parallel/schedule.h"
#include "dlis/compute/row.h"
#include "dlis/model/graph.h"

namespace dlis {

// What one layer was given, as text: "indirect_gemm", "csr", "dynamic:chunk=4".
struct LayerChoice {
  std::string row, format, schedule;
  friend bool operator==(const LayerChoice&, const LayerChoice&) = default;
};
// By layer; a layer is named by its first output value.
using Choices = std::map<std::string, LayerChoice>;

struct PlanOptions {
  std::string format = "auto";      // a row of formats.inc, or auto: only formats that are exact
  std::string compute = "auto";     // a row of algorithms.inc, or auto: measured
  std::string schedule = "static";  // "dynamic:chunk=4", or auto: measured
  std::string device = "cpu";
  int threads = 1;
  bool tune = true;             // false: the first row that accepts, nothing is measured
  std::filesystem::path cache;  // of measured choices; empty: the user's cache folder
  Choices choices;              // of an earlier plan: taken as they are, nothing is measured
};

// How physical memory orders a value's logical axes.
enum class Order : std::uint8_t { row_major, channels_last };

// Where a value lies at run time: `root` owns the memory, the value is a view into it.
struct Placement {
  ValueId root = kNoValue;  // itself, or the value it is a part of; kNoValue: a constant
  Order order = Order::row_major;
  Shape strides;                 // in elements, logical axes
  std::int64_t offset = 0;       // bytes from the start of the root's memory
  std::size_t arena_offset = 0;  // of a root: bytes from the start of the arena
};

// A row that was considered for a layer.
struct Candidate {
  const ConvRow* row = nullptr;
  const Format* format = nullptr;
  double milliseconds = 0;  // measured; 0 where not
  std::string refusal;      // empty: accepted
};

// One layer of the plan: a convolution row or another operator's row.
struct Step {
  std::string name;  // the node's
  std::string op;    // "Conv"
  ConvProblem conv;  // where conv_row
  OpProblem other;   // where op_row
  const ConvRow* conv_row = nullptr;
  const OpRow* op_row = nullptr;
  ScheduleSpec schedule;
  std::vector<ValueId> inputs, outputs;   // of a convolution: x, then the residual if there is one
  std::vector<TensorDesc> reads, writes;  // as the row sees them: a convolution's are NCHW
  std::int64_t write_offset = 0;          // bytes into the output: a part of a Concat
  Buffer packed;
  std::size_t weights_bytes = 0;  // of `packed`, and of constants that the row reads
  std::size_t scratch_bytes = 0;
  std::vector<Candidate> candidates;  // for --explain
  bool fallback = false;              // the named format or row did not accept this layer
};

struct Plan {
  Graph graph;  // after the passes
  PlanOptions options;
  std::vector<Step> steps;
  std::vector<Placement> placements;  // by value
  std::size_t arena_bytes = 0;        // all values alive, laid out by lifetimes
  std::size_t scratch_bytes = 0;      // the largest of the steps
  std::size_t weights_bytes = 0;      // packed weights and constants
  std::size_t live_bytes = 0;  // the largest sum of values alive at once: the bound for the arena
  double fallback_macs = 0;    // share of MACs whose layer fell back, 0 to 1
  double plan_ms = 0, pack_ms = 0;
  std::size_t peak_bytes() const { return arena_bytes + scratch_bytes + weights_bytes; }
};

// Refused (error) only when no layer accepts the named format or row.
Result<std::shared_ptr<const Plan>> make_plan(const Graph& graph, const PlanOptions& options);

// Per layer: the row chosen, its time, its bytes; every refused row with its reason.
std::string explain(const Plan& plan);

Choices choices_of(const Plan& plan);
Status save_choices(const Choices& choices, const std::filesystem::path& file);  // JSON
Result<Choices> load_choices(const std::filesystem::path& file);

}  // namespace dlis
