// A graph with every decision taken: which row computes each layer, in which order of memory, where
// its values lie, and the packed weights. Immutable; any number of sessions share one.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dlis/compute/parallel/schedule.h"
#include "dlis/compute/row.h"
#include "dlis/model/graph.h"

namespace dlis {

// What one layer was given, as text: "indirect_gemm", "csr", "dynamic:chunk=4", and the type that
// it reads, "f32"; without a type it computes on what is stored, where a row does. `split` is the
// part of its output rows that a device computes, "dense/opencl_direct:rows=12"; empty: none.
struct LayerChoice {
  std::string row, format, schedule, type;
  int workers = 0;  // that run it, the first of the plan's; 0: all
  int cut = 0;      // for how many its tiles are cut; 0: for those that run it
  std::string split = {};
  friend bool operator==(const LayerChoice&, const LayerChoice&) = default;
};
inline constexpr int kMostCut = 4096;
// By layer; a layer is named by its first output value. A layer without weights is there where it
// runs on fewer workers than the plan has, without a format.
using Choices = std::map<std::string, LayerChoice>;

// How much a plan may measure.
enum class Tune : std::uint8_t {
  off,    // nothing: a cost model ranks the rows
  quick,  // every row that accepts a layer, a few runs each
  full    // more runs each, and near ties are settled inside the whole plan
};
std::string_view name_of(Tune tune);
Result<Tune> parse_tune(std::string_view text);

// What a plan may choose from, and for whom it is made.
struct PlanOptions {
  std::string format = "auto";      // a row of formats.inc, or auto: only formats that are exact
  std::string compute = "auto";     // a row of algorithms.inc, or auto: measured
  std::string schedule = "static";  // "dynamic:chunk=4", or auto: measured
  std::string device = "cpu";
  int threads = 1;
  Tune tune = Tune::quick;
  std::size_t memory_bytes = 0;  // the most that weights, values and scratch may take; 0: no limit
  std::filesystem::path cache;   // of measured choices; empty: the user's cache folder
  Choices choices;               // of an earlier plan: taken as they are, nothing is measured
  Isa isa = host_isa();          // for another than this machine's a plan can only be packed
  bool keep_weights = false;     // constants stay in the graph beside their packed form
  // Asked between measurements; once it is false planning ends with the error "stopped". No part of
  // the plan.
  std::function<bool()> go_on = {};
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
  double milliseconds = 0;  // measured alone, or estimated; 0 where neither
  std::string refusal;      // empty: accepted
  bool offered = false;     // it may be chosen: accepted, and no last resort beside others
  bool estimated = false;   // by the cost model
  std::size_t packed_bytes = 0, scratch_bytes = 0;  // where offered
  double density = 1;     // share of the weights that the format stores; where offered
  int workers = 0;        // that are best; 0: not decided
  double in_plan_ms = 0;  // measured inside the whole plan; 0 where it was no near tie
};

// A convolution whose last output rows a device computes, while the processor computes the others.
struct Split {
  const ConvRow* row = nullptr;  // the device's; null: the layer is whole
  const Format* format = nullptr;
  std::int64_t rows = 0;        // of every image's output
  ConvProblem host, device;     // the two parts
  std::int64_t device_row = 0;  // of the input, where the device's part begins
  Buffer packed;                // for the device's row
  std::shared_ptr<DeviceMemory> on_device;
  double milliseconds = 0;  // of both parts at once, measured
  std::string why_whole;    // where it was tried and does not pay
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
  int workers = 0;  // the first of the plan's run it, its tiles are cut for conv.workers; 0: all
  std::vector<ValueId> inputs, outputs;   // of a convolution: x, then the residual if there is one
  std::vector<TensorDesc> reads, writes;  // as the row sees them: a convolution's are NCHW
  std::int64_t write_offset = 0;          // bytes into the output: a part of a Concat
  Buffer packed;
  std::shared_ptr<DeviceMemory> on_device;  // `packed` where the row's device sees it
  std::size_t weights_bytes = 0;            // of `packed`, and of constants that the row reads
  std::size_t scratch_bytes = 0;
  Split split;                        // of a convolution
  std::vector<Candidate> candidates;  // for --explain
  std::string types;                  // why it computes in its type, where it had a choice
  int demoted_from = -1;              // the candidate that a memory budget gave up
  bool fallback = false;              // the named format or row did not accept this layer
  std::string why_on_host;            // in a plan for a device; empty: it runs there

  const char* device() const { return conv_row ? conv_row->device : op_row->device; }
  // The convolution that `conv_row` computes.
  const ConvProblem& own_part() const { return split.row ? split.host : conv; }
  // Whether its row is given to a device's queue; else it runs on the processor.
  bool is_enqueued() const {
    return conv_row ? conv_row->enqueue != nullptr : op_row->enqueue != nullptr;
  }
};

// How many of the plan's workers run a step.
int workers_of(const Step& step, const PlanOptions& options);

// The candidate that a layer was given; null where there is none, as of other operators.
const Candidate* chosen(const Step& step);

// A plan that uses one row, one type or one device wherever that is accepted, beside the plan that
// was chosen.
struct RivalPlan {
  enum class Uses { row, type, device };
  std::string name;       // "winograd_f4", "f32", "opencl"
  double ratio = 0;       // its time over the chosen plan's
  bool measured = false;  // in turns with the chosen plan; false: the sums of the layers' times
  Uses uses = Uses::row;
};

// Immutable; shared by all sessions that run it.
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
  std::vector<RivalPlan> rivals;
  std::size_t peak_bytes() const { return arena_bytes + scratch_bytes + weights_bytes; }
};

// The fastest plan within the options' memory. Refused (error) only when no layer accepts the named
// format or row.
Result<std::shared_ptr<const Plan>> make_plan(const Graph& graph, const PlanOptions& options);

// One plan of those that no other beats in memory and time at once.
struct FrontierPoint {
  std::size_t peak_bytes = 0, weights_bytes = 0, scratch_bytes = 0;
  double layers_ms = 0;  // the sum of the layers' times, each measured alone
  double median_ms = 0, p10_ms = 0, p90_ms = 0;  // of the whole plan
  Choices choices;
};
// At most `points` of them, from the smallest plan to the fastest; each runs for about `seconds`.
Result<std::vector<FrontierPoint>> memory_frontier(const Graph& graph, const PlanOptions& options,
                                                   int points = 12, double seconds = 0.5);

// Per layer: the row chosen, its time, its bytes; every refused row with its reason.
std::string explain(const Plan& plan);

// What a plan decided, to be taken again (PlanOptions::choices). Errors of saving: those of
// write_file_atomic.
Choices choices_of(const Plan& plan);
std::string text_of(const Choices& choices);  // JSON
Status save_choices(const Choices& choices, const std::filesystem::path& file);
// Errors: those of read_text; no plan file. `where` names the text in errors.
Result<Choices> load_choices(const std::filesystem::path& file);
Result<Choices> parse_choices(std::string_view text, const std::string& where);
// The instruction set that saved choices were made on; in files of earlier versions this machine's.
Result<Isa> load_isa(const std::filesystem::path& file);
Result<Isa> parse_isa(std::string_view text, const std::string& where);

}  // namespace dlis
