// Composes load, compress, plan and measure, and remembers what the next stack may need again.
#include "dlis/explore/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dlis/base/clock.h"
#include "dlis/base/hash.h"
#include "dlis/base/text.h"
#include "dlis/compress/data_inputs.h"
#include "dlis/explore/command.h"
#include "dlis/explore/content.h"
#include "dlis/explore/describe.h"
#include "dlis/explore/layer_times.h"
#include "dlis/explore/observe.h"
#include "dlis/explore/version.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/runtime/classes.h"
#include "dlis/runtime/layer_costs.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

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
  std::optional<std::int64_t> file_bytes;  // none: not asked for, or no ONNX file can hold it
};
using PlanPointer = std::shared_ptr<const Plan>;

}  // namespace

struct Prefixes::State {
  EvaluateOptions options;
  Loaded loaded;
  Smaller compressed;
  const Dataset no_images;
  std::map<std::string, Dataset> datasets;  // by their text and the size of the network's input
  std::map<std::pair<const Dataset*, std::int64_t>, Dataset> few = {};  // of these, so many images
  std::map<std::string, Accuracy> accuracies;                           // by computation
  std::optional<Link> link = std::nullopt;                              // to the target
  std::string answered = {};  // the key of the target's last answer

  ~State() { forget_answer(); }

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
    if (std::ranges::any_of(stack.compress, retrains)) as.checkpoints.folder = options.checkpoints;
    as.report = [this](const TrainingReport& now) {
      return go_on("retraining", now.epoch / std::max(1e-9, now.epochs));
    };
    as.progress = [this](std::string_view phase, double share) { return go_on(phase, share); };
    if (link) {
      as.layer_ms = [this](const Graph& layer) { return layer_ms_on(*link, layer); };
      DLIS_TRY(remember_layer_times(as));
    }
    Compressed made = DLIS_TRY(compress(loaded.graph, stack.compress, as));
    compressed.graph = std::move(made.graph);
    compressed.surgery = std::move(made.surgery);
    compressed.hash = content_hash(compressed.graph);
    compressed.chain = chain;
    return {};
  }

  // Of a network that was compressed here; packing a large one takes seconds.
  void set_file_bytes(const Stack& stack, Record& record) {
    if (!is_compressed(stack)) return;
    if (!compressed.file_bytes) {
      const auto bytes = packed_onnx_bytes(compressed.graph);
      compressed.file_bytes = bytes ? std::optional(*bytes) : std::nullopt;
    }
    if (compressed.file_bytes) record.set("file_bytes", *compressed.file_bytes);
  }

  // What the stack's techniques learn from; empty where they do not.
  Result<const Dataset*> training_images(const Stack& stack) {
    if (options.data.empty() || !uses_images(stack.compress)) return &no_images;
    const Result<const Dataset*> images = dataset(training_spec(options.data));
    return images || needs_images(stack.compress) ? images : &no_images;
  }

  Result<const Dataset*> dataset() {
    const Dataset* all = DLIS_TRY(dataset(options.data));
    if (options.images == 0 || all->size() <= options.images) return all;
    const auto key = std::pair(all, options.images);
    if (auto found = few.find(key); found != few.end()) return &found->second;
    return &few.emplace(key, sample_of(*all, options.images)).first->second;
  }
  Result<const Dataset*> dataset(const std::string& spec) {
    const Preprocessing how = DLIS_TRY(preprocessing_of(loaded.graph.metadata));
    // The size of an image decides, so that networks for the same images share them.
    std::string size = fmt::format("{} {} {}", spec, how.resize, how.crop);
    for (const DataInput& input : data_inputs(loaded.graph)) {
      if (loaded.graph.inputs.size() > 1) size += " " + input.name;
      for (int axis = 1; axis < input.shape.rank(); ++axis)
        size += fmt::format("x{}", input.shape[axis]);
    }
    if (auto found = datasets.find(size); found != datasets.end()) return &found->second;
    Dataset data = DLIS_TRY(load_dataset(spec, loaded.graph));
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
    plain.go_on = [this] { return go_on("planning", 0); };
    const PlanPointer plan = DLIS_TRY(make_plan(loaded.graph, plain));
    return accuracy(loaded.graph, loaded.hash, *plan);
  }

  // How a plan of the stack is made.
  PlanOptions options_of(const Stack& stack) {
    PlanOptions as = plan_options(stack, options.cache);
    as.tune = options.tune;
    as.memory_bytes = options.memory_bytes;
    as.go_on = [this] { return go_on("planning", 0); };
    return as;
  }

  // One shot: nothing was retrained after the surgery, which is the end.
  Result<double> surgery_top1(const Stack& stack, const Accuracy& own) {
    if (!compressed.surgery) return *own.top1;
    const PlanOptions as = options_of(stack);
    const PlanPointer before = DLIS_TRY(make_plan(*compressed.surgery, as));
    return *DLIS_TRY(accuracy(*compressed.surgery, content_hash(*compressed.surgery), *before))
                ->top1;
  }

  // `own` is that of what was timed.
  Status set_accuracy(const Stack& stack, const Accuracy& own, Record& record) {
    describe(own, **dataset(), record);
    const bool needs_before = is_compressed(stack) || !own.top1;
    if (!needs_before) return {};
    const Accuracy* before = DLIS_TRY(accuracy_before());
    if (!own.top1) record.set("agreement", agreement_of(own, *before));
    if (before->top1 && is_compressed(stack)) {
      record.set("top1_before", *before->top1);
      record.set("top1_surgery", DLIS_TRY(surgery_top1(stack, own)));
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
      if (const auto energy = DLIS_TRY(measure_energy(session, options.seconds)))
        record.set("energy_mj", *energy);
    }
    if (options.data.empty()) return {};
    const Accuracy* own = DLIS_TRY(accuracy(compressed.graph, compressed.hash, *plan));
    return set_accuracy(stack, *own, record);
  }

  bool is_here() const { return options.target.name.empty(); }

  // Where it is not this machine that measures. It may be down for a while, so it is asked for
  // late.
  Status connect() {
    if (is_here() || link) return {};
    const auto note = [this](std::string_view phase, double share) { return go_on(phase, share); };
    link.emplace(DLIS_TRY(Link::open(options.target.name, options.target.runner, note)));
    return {};
  }

  std::string machine() const {
    if (is_here()) return machine_text();
    const bool here = options.target.accuracy_here && !options.data.empty();
    return link->machine() + (here ? "; accuracy on " + machine_text() : "");
  }

  std::string machine_in_key() const {
    if (options.machine.empty()) return machine();
    return options.machine + (is_here() ? "" : "; " + link->machine());
  }

  // What was answered has been stored, or is not wanted, when something else is asked for.
  void forget_answer() {
    if (link && !answered.empty()) forget(*link, answered);
    answered.clear();
  }

  Status measure_there(const Stack& stack, const std::string& key, Record& record) {
    forget_answer();
    TargetJob job{key, &compressed.graph, compressed.hash, options_of(stack), options.seconds};
    job.layers = true;
    const bool images_there = !options.data.empty() && !options.target.accuracy_here;
    if (images_there) {
      job.data = DLIS_TRY(dataset());
      job.how = DLIS_TRY(preprocessing_of(compressed.graph.metadata));
      DLIS_TRY(check_classifier(compressed.graph, *job.data));
    }
    TargetAnswer answer = DLIS_TRY(measure_on(*link, job));
    answered = key;
    record.values.merge(answer.fields.values);
    if (record.refused()) return {};
    if (images_there)
      return set_accuracy(stack, accuracy_of(std::move(answer.classes), *job.data), record);
    if (options.data.empty()) return {};
    const PlanPointer plan = DLIS_TRY(make_plan(compressed.graph, options_of(stack)));
    const Accuracy* own = DLIS_TRY(accuracy(compressed.graph, compressed.hash, *plan));
    return set_accuracy(stack, *own, record);
  }
};

Prefixes::Prefixes(EvaluateOptions options)
    : state_(new State{std::move(options), {}, {}, {}, {}, {}, {}}) {}
Prefixes::Prefixes(Prefixes&&) noexcept = default;
Prefixes::~Prefixes() = default;

void Prefixes::set_effort(double seconds, std::int64_t images) {
  if (state_->options.images != images) state_->accuracies.clear();
  state_->options.seconds = seconds;
  state_->options.images = images;
}

Result<std::string> Prefixes::key_of(const Stack& stack) {
  DLIS_TRY(state_->load(stack));
  std::string data;
  if (!state_->options.data.empty()) data = DLIS_TRY(state_->dataset())->content_hash();
  const Dataset* learnt = DLIS_TRY(state_->training_images(stack));
  if (learnt->size() > 0) data += learnt->content_hash();
  Hasher hasher;
  hasher.add(std::string_view(state_->loaded.hash)).add(std::string_view(text_of(stack)));
  hasher.add(std::string_view(data)).add(std::int64_t(state_->options.model.seed));
  hasher.add(std::string_view(fmt::format("{}", state_->options.seconds)));
  if (state_->options.tune != Tune::quick) hasher.add(name_of(state_->options.tune));
  if (state_->options.memory_bytes > 0)
    hasher.add(std::string_view("memory")).add(std::int64_t(state_->options.memory_bytes));
  DLIS_TRY(state_->connect());
  hasher.add(std::string_view(state_->machine_in_key()))
      .add(std::string_view(state_->options.build));
  if (state_->link) hasher.add(std::string_view(state_->link->build()));
  return hasher.hex();
}

Result<Graph> Prefixes::network_of(const Stack& stack) {
  DLIS_TRY(check_names(stack));
  DLIS_TRY(state_->load(stack));
  const auto by_latency = [](const Choice& choice) {
    return choice.parameters.contains("latency");
  };
  if (std::ranges::any_of(stack.compress, by_latency)) DLIS_TRY(state_->connect());
  DLIS_TRY(state_->compress_graph(stack));
  return state_->compressed.graph;
}

Result<Record> Prefixes::evaluate(const Stack& stack) {
  DLIS_TRY(check_names(stack));
  DLIS_TRY(state_->load(stack));
  Record record;
  DLIS_TRY(state_->connect());
  describe(stack, state_->options.model, record);
  record.set("command", command_of(stack, state_->options));
  record.set("machine", state_->machine());
  const auto refused = [&](const Error& error) {
    record.set("refused", error.message());
    return record;
  };
  if (Status status = state_->compress_graph(stack); !status) {
    if (status.error().refused) return refused(status.error());
    return tl::unexpected(status.error());
  }
  describe(state_->compressed.graph, record);
  if (!state_->is_here()) {
    const std::string key = DLIS_TRY(key_of(stack));
    DLIS_TRY(state_->measure_there(stack, key, record));
    if (!record.refused()) state_->set_file_bytes(stack, record);
    return record;
  }
  if (!state_->go_on("planning", 0)) return fail("stopped");
  auto plan = make_plan(state_->compressed.graph, state_->options_of(stack));
  if (!plan && plan.error().refused) return refused(plan.error());
  if (!plan) return tl::unexpected(plan.error());
  record.set("load_ms", state_->loaded.load_ms);
  state_->set_file_bytes(stack, record);
  DLIS_TRY(state_->measure_plan(stack, *plan, record));
  return record;
}

Status check_seconds(double seconds) {
  if (seconds > 0 && seconds <= 3600) return {};
  return fail("the time to measure is not right", "--seconds", "give more than 0 and at most 3600");
}

Result<std::size_t> parse_memory(std::string_view text) {
  if (text.empty()) return std::size_t(0);
  const std::int64_t bytes = DLIS_TRY(parse_bytes(text, "--memory"));
  if (bytes == 0) return fail("a plan cannot do without memory", "--memory", "allow some: 64M");
  return std::size_t(bytes);
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
