// Composes load, compress, plan and measure, and remembers what the next stack may need again.
#include "dlis/explore/evaluate.h"

#include <fmt/format.h>

#include <map>

#include "dlis/base/clock.h"
#include "dlis/base/hash.h"
#include "dlis/base/text.h"
#include "dlis/explore/command.h"
#include "dlis/explore/content.h"
#include "dlis/explore/describe.h"
#include "dlis/explore/layers.h"
#include "dlis/explore/observe.h"
#include "dlis/explore/version.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

constexpr double kProfileShare = 0.2;  // of the time to measure: layers, which need less to tell

struct Loaded {
  std::string model;  // as text; empty: nothing yet
  Graph graph;
  std::string hash;
  double load_ms = 0;
};
struct Smaller {
  std::string chain;
  Graph graph;
  std::optional<Graph> surgery;  // as it was before retraining
  std::string hash;
};
using PlanPointer = std::shared_ptr<const Plan>;

// Equal for plans of the same graph that compute the same bits: rows and formats, not schedules.
std::string computation_of(const std::string& graph_hash, const Plan& plan) {
  Hasher hasher;
  hasher.add(std::string_view(graph_hash));
  for (const auto& [layer, choice] : choices_of(plan)) {
    if (choice.format.empty()) continue;  // another operator's workers
    hasher.add(std::string_view(layer));
    hasher.add(std::string_view(choice.row)).add(std::string_view(choice.format));
  }
  return hasher.hex();
}

}  // namespace

struct Prefixes::State {
  EvaluateOptions options;
  Loaded loaded;
  Smaller compressed;
  const Dataset no_images;
  std::map<std::string, Dataset> datasets;     // by their text and the size of the network's input
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
    const Dataset* images = DLIS_TRY(training_images(stack));
    CompressOptions as = DLIS_TRY(compress_options(*images, loaded.graph, options.model));
    as.report = [this](const TrainingReport& now) {
      return go_on("retraining", now.epoch / std::max(1e-9, now.epochs));
    };
    as.progress = [this](std::string_view phase, double share) { return go_on(phase, share); };
    Compressed made = DLIS_TRY(compress(loaded.graph, stack.compress, as));
    compressed.graph = std::move(made.graph);
    compressed.surgery = std::move(made.surgery);
    compressed.hash = content_hash(compressed.graph);
    compressed.chain = chain;
    return {};
  }

  // What the stack's techniques learn from; empty where they do not.
  Result<const Dataset*> training_images(const Stack& stack) {
    if (options.data.empty() || !uses_images(stack.compress)) return &no_images;
    const Result<const Dataset*> images = dataset(training_spec(options.data));
    return images || needs_images(stack.compress) ? images : &no_images;
  }

  Result<const Dataset*> dataset() { return dataset(options.data); }
  Result<const Dataset*> dataset(const std::string& spec) {
    if (loaded.graph.inputs.empty()) return fail("the network has no input", loaded.model);
    const Shape& shape = *loaded.graph.value(loaded.graph.inputs[0]).shape;
    const Preprocessing how = DLIS_TRY(preprocessing_of(loaded.graph.metadata));
    // The size of an image decides, so that networks for the same images share them.
    std::string size = fmt::format("{} {} {}", spec, how.resize, how.crop);
    for (int axis = 1; axis < shape.rank(); ++axis) size += fmt::format("x{}", shape[axis]);
    if (auto found = datasets.find(size); found != datasets.end()) return &found->second;
    Dataset data = DLIS_TRY(load_dataset(spec, shape, how));
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

  // One shot: nothing was retrained after the surgery, which is the end.
  Result<double> surgery_top1(const Plan& plan, const Accuracy& own) {
    if (!compressed.surgery) return *own.top1;
    PlanOptions as = plan.options;
    as.choices.clear();
    const PlanPointer before = DLIS_TRY(make_plan(*compressed.surgery, as));
    return *DLIS_TRY(accuracy(*compressed.surgery, content_hash(*compressed.surgery), *before))
                ->top1;
  }

  Status set_accuracy(const Stack& stack, const Plan& plan, Record& record) {
    const Accuracy* own = DLIS_TRY(accuracy(compressed.graph, compressed.hash, plan));
    describe(*own, **dataset(), record);
    const bool needs_before = is_compressed(stack) || !own->top1;
    if (!needs_before) return {};
    const Accuracy* before = DLIS_TRY(accuracy_before());
    if (!own->top1) record.set("agreement", agreement_of(*own, *before));
    if (before->top1 && is_compressed(stack)) {
      record.set("top1_before", *before->top1);
      record.set("top1_surgery", DLIS_TRY(surgery_top1(plan, *own)));
    }
    return {};
  }

  Status measure_plan(const Stack& stack, const PlanPointer& plan, Record& record) {
    describe(*plan, record);
    if (!go_on("timing", 0)) return fail("stopped");
    {
      Session session = DLIS_TRY(Session::open(plan));
      describe(DLIS_TRY(measure(session, options.seconds)), record);
      const auto times = DLIS_TRY(step_times(session, kProfileShare * options.seconds));
      record.set("layers", to_json(layer_costs(*plan, times)));
    }
    if (!options.data.empty()) DLIS_TRY(set_accuracy(stack, *plan, record));
    return {};
  }
};

Prefixes::Prefixes(EvaluateOptions options)
    : state_(new State{std::move(options), {}, {}, {}, {}, {}}) {}
Prefixes::Prefixes(Prefixes&&) noexcept = default;
Prefixes::~Prefixes() = default;

Result<std::string> Prefixes::key_of(const Stack& stack) {
  DLIS_TRY(state_->load(stack));
  std::string data;
  if (!state_->options.data.empty()) data = DLIS_TRY(state_->dataset())->content_hash();
  const Dataset* learnt = DLIS_TRY(state_->training_images(stack));
  if (learnt->images.has_value()) data += learnt->content_hash();
  Hasher hasher;
  hasher.add(std::string_view(state_->loaded.hash)).add(std::string_view(text_of(stack)));
  hasher.add(std::string_view(data)).add(std::int64_t(state_->options.model.seed));
  hasher.add(std::string_view(fmt::format("{}", state_->options.seconds)));
  if (state_->options.tune != Tune::quick) hasher.add(name_of(state_->options.tune));
  if (state_->options.memory_bytes > 0)
    hasher.add(std::string_view("memory")).add(std::int64_t(state_->options.memory_bytes));
  const std::string& machine = state_->options.machine;
  hasher.add(std::string_view(machine.empty() ? machine_text() : machine));
  hasher.add(std::string_view(state_->options.build));
  return hasher.hex();
}

Result<Record> Prefixes::evaluate(const Stack& stack) {
  DLIS_TRY(check_names(stack));
  DLIS_TRY(state_->load(stack));
  Record record;
  describe(stack, state_->options.model, record);
  record.set("command", command_of(stack, state_->options));
  const auto refused = [&](const Error& error) {
    record.set("refused", error.message());
    return record;
  };
  if (Status status = state_->compress_graph(stack); !status) {
    if (status.error().refused) return refused(status.error());
    return tl::unexpected(status.error());
  }
  describe(state_->compressed.graph, record);
  if (!state_->go_on("planning", 0)) return fail("stopped");
  PlanOptions plan_as = plan_options(stack, state_->options.cache);
  plan_as.tune = state_->options.tune;
  plan_as.memory_bytes = state_->options.memory_bytes;
  auto plan = make_plan(state_->compressed.graph, plan_as);
  if (!plan && plan.error().refused) return refused(plan.error());
  if (!plan) return tl::unexpected(plan.error());
  record.set("load_ms", state_->loaded.load_ms);
  DLIS_TRY(state_->measure_plan(stack, *plan, record));
  return record;
}

Status check_seconds(double seconds) {
  if (seconds > 0 && seconds <= 3600) return {};
  return fail("the time to measure is not right", "--seconds", "give more than 0 and at most 3600");
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

}  // namespace dlis
