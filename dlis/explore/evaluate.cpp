// Composes load, compress, plan and measure, and remembers what the next stack may need again.
#include "dlis/explore/evaluate.h"

#include <fmt/format.h>

#include <map>

#include "dlis/base/clock.h"
#include "dlis/base/hash.h"
#include "dlis/base/text.h"
#include "dlis/explore/content.h"
#include "dlis/explore/version.h"
#include "dlis/hardware/isa.h"
#include "dlis/hardware/topology.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

struct Loaded {
  std::string model;  // as text; empty: nothing yet
  Graph graph;
  std::string hash;
  double load_ms = 0;
};
struct Compressed {
  std::string chain;
  Graph graph;
  std::string hash;
};
using PlanPointer = std::shared_ptr<const Plan>;

bool is_compressed(const Stack& stack) {
  return stack.compress.size() != 1 || stack.compress[0].name != "none";
}

// Equal for plans of the same graph that compute the same bits: rows and formats, not schedules.
std::string computation_of(const std::string& graph_hash, const Plan& plan) {
  Hasher hasher;
  hasher.add(std::string_view(graph_hash));
  for (const auto& [layer, choice] : choices_of(plan)) {
    hasher.add(std::string_view(layer));
    hasher.add(std::string_view(choice.row)).add(std::string_view(choice.format));
  }
  return hasher.hex();
}

void set_choice(const Stack& stack, const EvaluateOptions& options, Record& record) {
  record.set("stack", text_of(stack));
  record.set("model", stack.model);
  record.set("compress", text_of(stack.compress));
  record.set("format", stack.format);
  record.set("compute", stack.compute);
  record.set("schedule", text_of(stack.schedule));
  record.set("threads", std::int64_t(stack.threads));
  record.set("device", stack.device);
  record.set("batch", options.model.batch);
  record.set("seed", std::int64_t(options.model.seed));
  record.set("machine", machine_text());
  record.set("commit", commit());
}

void set_graph(const Graph& graph, Record& record) {
  record.set("macs", macs_of(graph));
  record.set("parameters", parameters_of(graph));
  record.set("density", density_of(graph));
}

void set_plan(const Plan& plan, Record& record) {
  record.set("pack_ms", plan.pack_ms);
  record.set("weights_bytes", std::int64_t(plan.weights_bytes));
  record.set("activation_bytes", std::int64_t(plan.arena_bytes));
  record.set("scratch_bytes", std::int64_t(plan.scratch_bytes));
  record.set("peak_bytes", std::int64_t(plan.peak_bytes()));
  record.set("fallback", plan.fallback_macs);
}

void set_timing(const Timing& timing, Record& record) {
  record.set("median_ms", timing.median_ms);
  record.set("p10_ms", timing.p10_ms);
  record.set("p90_ms", timing.p90_ms);
  record.set("runs", std::int64_t(timing.runs));
  record.set("first_ms", timing.first_ms);
}

// The size of the model's file is that of what was measured only where nothing was compressed.
void set_file_bytes(const Stack& stack, Record& record) {
  const auto file = file_of_model(stack.model);
  if (!file || is_compressed(stack)) return;
  std::error_code error;
  const auto bytes = std::filesystem::file_size(*file, error);
  if (!error) record.set("file_bytes", std::int64_t(bytes));
}

}  // namespace

struct Prefixes::State {
  EvaluateOptions options;
  Loaded loaded;
  Compressed compressed;
  std::map<std::string, Dataset> datasets;     // by the size of the network's input
  std::map<std::string, Accuracy> accuracies;  // by computation

  bool go_on(std::string_view phase, double share) {
    return !options.progress || options.progress(phase, share);
  }

  Status load(const Stack& stack) {
    if (loaded.model == stack.model) return {};
    if (!go_on("loading", 0)) return fail("stopped");
    loaded = {};
    compressed = {};
    accuracies.clear();
    const double start = now_ms();
    loaded.graph = DLIS_TRY(load_model(stack.model, options.model));
    loaded.load_ms = now_ms() - start;
    loaded.hash = content_hash(loaded.graph);
    loaded.model = stack.model;
    return {};
  }

  Status compress_graph(const Stack& stack) {
    const std::string chain = text_of(stack.compress);
    if (compressed.chain == chain) return {};
    if (!go_on("compressing", 0)) return fail("stopped");
    compressed = {};
    compressed.graph = DLIS_TRY(compress(loaded.graph, stack.compress));
    compressed.hash = content_hash(compressed.graph);
    compressed.chain = chain;
    return {};
  }

  Result<const Dataset*> dataset() {
    if (loaded.graph.inputs.empty()) return fail("the network has no input", loaded.model);
    const Shape& shape = *loaded.graph.value(loaded.graph.inputs[0]).shape;
    // Only the size of an image decides, so that networks for the same images share them.
    std::string size;
    for (int axis = 1; axis < shape.rank(); ++axis) size += fmt::format("x{}", shape[axis]);
    if (auto found = datasets.find(size); found != datasets.end()) return &found->second;
    Dataset data = DLIS_TRY(load_dataset(options.data, shape));
    return &datasets.emplace(size, std::move(data)).first->second;
  }

  Result<const Accuracy*> accuracy(const Graph& graph, const std::string& hash, const Plan& plan) {
    const std::string computation = computation_of(hash, plan);
    if (auto found = accuracies.find(computation); found != accuracies.end()) return &found->second;
    const Dataset* data = DLIS_TRY(dataset());
    const auto note = [&](std::int64_t done) {
      return go_on("accuracy", double(done) / double(std::max<std::int64_t>(1, data->size())));
    };
    Accuracy result = DLIS_TRY(accuracy_of(graph, plan, *data, note));
    return &accuracies.emplace(computation, std::move(result)).first->second;
  }

  // Of the uncompressed network: what top1_before and agreement refer to. Its rows are those of
  // `auto`, so that the stack `none | auto | auto` shares the measurement.
  Result<const Accuracy*> accuracy_before() {
    PlanOptions plain;
    plain.cache = options.cache;
    const PlanPointer plan = DLIS_TRY(make_plan(loaded.graph, plain));
    return accuracy(loaded.graph, loaded.hash, *plan);
  }

  Status set_accuracy(const Stack& stack, const Plan& plan, Record& record) {
    const Accuracy* own = DLIS_TRY(accuracy(compressed.graph, compressed.hash, plan));
    record.set("split", (*dataset())->split);
    record.set("images", own->images);
    if (own->top1) record.set("top1", *own->top1);
    const bool needs_before = is_compressed(stack) || !own->top1;
    if (!needs_before) return {};
    const Accuracy* before = DLIS_TRY(accuracy_before());
    if (!own->top1) record.set("agreement", agreement_of(*own, *before));
    if (before->top1 && is_compressed(stack)) {
      record.set("top1_before", *before->top1);
      record.set("top1_surgery", *own->top1);  // one shot: nothing was retrained after the surgery
    }
    return {};
  }

  Status measure_plan(const Stack& stack, const PlanPointer& plan, Record& record) {
    set_plan(*plan, record);
    if (!go_on("timing", 0)) return fail("stopped");
    {
      Session session = DLIS_TRY(Session::open(plan));
      set_timing(DLIS_TRY(measure(session, options.seconds)), record);
    }
    if (!options.data.empty()) DLIS_TRY(set_accuracy(stack, *plan, record));
    return {};
  }
};

Prefixes::Prefixes(EvaluateOptions options)
    : state_(new State{std::move(options), {}, {}, {}, {}}) {}
Prefixes::Prefixes(Prefixes&&) noexcept = default;
Prefixes::~Prefixes() = default;

Result<std::string> Prefixes::key_of(const Stack& stack) {
  DLIS_TRY(state_->load(stack));
  std::string data;
  if (!state_->options.data.empty()) data = DLIS_TRY(state_->dataset())->content_hash();
  Hasher hasher;
  hasher.add(std::string_view(state_->loaded.hash)).add(std::string_view(text_of(stack)));
  hasher.add(std::string_view(data)).add(std::int64_t(state_->options.model.seed));
  hasher.add(std::string_view(fmt::format("{}", state_->options.seconds)));
  hasher.add(std::string_view(machine_text())).add(std::string_view(version()));
  return hasher.hex();
}

Result<Record> Prefixes::evaluate(const Stack& stack) {
  DLIS_TRY(check_names(stack));
  DLIS_TRY(state_->load(stack));
  Record record;
  set_choice(stack, state_->options, record);
  const auto refused = [&](const Error& error) {
    record.set("refused", error.message());
    return record;
  };
  if (Status status = state_->compress_graph(stack); !status) {
    if (status.error().refused) return refused(status.error());
    return tl::unexpected(status.error());
  }
  set_graph(state_->compressed.graph, record);
  if (!state_->go_on("planning", 0)) return fail("stopped");
  auto plan = make_plan(state_->compressed.graph, plan_options(stack, state_->options.cache));
  if (!plan && plan.error().refused) return refused(plan.error());
  if (!plan) return tl::unexpected(plan.error());
  record.set("load_ms", state_->loaded.load_ms);
  set_file_bytes(stack, record);
  DLIS_TRY(state_->measure_plan(stack, *plan, record));
  return record;
}

Result<Record> evaluate(const Stack& stack, const EvaluateOptions& options) {
  return Prefixes(options).evaluate(stack);
}

PlanOptions plan_options(const Stack& stack, const std::filesystem::path& cache) {
  PlanOptions options;
  options.format = stack.format;
  options.compute = stack.compute;
  options.schedule = text_of(stack.schedule);
  options.device = stack.device;
  options.threads = stack.threads;
  options.cache = cache;
  return options;
}

std::string machine_text() {
  const Topology& machine = host_topology();
  return fmt::format("{}, {} CPUs, {}", machine.model, machine.usable_cpus(), name_of(host_isa()));
}

}  // namespace dlis
