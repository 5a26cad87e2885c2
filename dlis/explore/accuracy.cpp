// Runs a plan's choices over a data set in batches.
#include "dlis/explore/accuracy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/clock.h"
#include "dlis/compress/data_inputs.h"
#include "dlis/hardware/topology.h"
#include "dlis/runtime/classes.h"
#include "dlis/runtime/session.h"

namespace dlis {
namespace {

// The largest value of a batch stays near the size of a last-level cache (16 Mi floats at most).
constexpr std::int64_t kMostElements = 16 << 20, kMostImages = 64;

std::int64_t batch_for(const Graph& graph, std::int64_t images) {
  std::int64_t largest = 1;
  const std::int64_t now = (*graph.value(graph.inputs[0]).shape)[0];
  for (const Node& node : graph.nodes)
    for (ValueId id : node.outputs)
      if (id != kNoValue && graph.value(id).shape && !graph.is_constant(id))
        largest =
            std::max(largest, graph.value(id).shape->elements() / std::max<std::int64_t>(1, now));
  return std::clamp<std::int64_t>(kMostElements / largest, 1, std::min(kMostImages, images));
}

}  // namespace

Status check_classifier(const Graph& graph, const Dataset& data) {
  if (graph.inputs.empty() || graph.outputs.empty())
    return fail("the network has no input or no output", graph.name,
                "accuracy needs a network that classifies");
  DLIS_TRY(check_inputs(data, data_inputs(graph)));
  const Shape& in = *graph.value(graph.inputs[0]).shape;
  const Shape& out = *graph.value(graph.outputs[0]).shape;
  const std::int64_t classes = out.elements() / std::max<std::int64_t>(1, in[0]);
  return check_classes(data, classes);
}

namespace {

std::int64_t batch_of(const Plan& plan) {
  return (*plan.graph.value(plan.graph.inputs[0]).shape)[0];
}

// A graph for batches, or as it is where its batch cannot be changed (a Reshape may fix it, or make
// one answer of all images).
Graph for_batch(const Graph& graph, std::int64_t images) {
  const auto answers = [](const Graph& of) { return of.value(of.outputs[0]).shape->elements(); };
  auto wide = with_batch(graph, images);
  const std::int64_t now = (*graph.value(graph.inputs[0]).shape)[0];
  return wide && answers(*wide) * now == answers(graph) * images ? std::move(*wide) : graph;
}

// The rows and formats of `plan` for `images` at once, on all cores. A row may refuse a problem of
// that batch, and memory may not take it: then the plan is what it was made for, at its own batch.
Result<Session> open_for_batches(const Graph& graph, const Plan& plan, std::int64_t images) {
  PlanOptions options = plan.options;
  options.choices = choices_of(plan);
  options.threads = host_topology().usable_cpus();
  const auto open = [&](const Graph& of) -> Result<Session> {
    return Session::open(DLIS_TRY(make_plan(of, options)));
  };
  if (auto wide = open(for_batch(graph, images))) return wide;
  options.threads = plan.options.threads;
  return open(for_batch(graph, batch_of(plan)));
}

// Images [first, first + batch); behind the end of the data there are zeros.
std::vector<Tensor> padded_batch(const Dataset& data, const Preprocessing& how, std::int64_t first,
                                 std::int64_t batch) {
  const std::int64_t count = std::min(batch, data.size() - first);
  std::vector<Tensor> inputs = batch_of(data, how, first, count);
  if (count == batch) return inputs;
  for (Tensor& input : inputs) {
    Shape shape = input.shape();
    shape[0] = batch;
    Tensor padded(DType::f32, shape);
    std::ranges::copy(input.as<float>(), padded.edit<float>().begin());
    input = padded;
  }
  return inputs;
}

// -log softmax(logits)[label].
double cross_entropy(std::span<const float> logits, std::int32_t label) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (float logit : logits) sum += std::exp(logit - largest);
  return std::log(sum) + largest - logits[std::size_t(label)];
}

struct Counts {
  std::int64_t labelled = 0;
  double loss = 0;
};

// The answers for the images that have these labels.
void count_answers(const Tensor& logits, std::int64_t batch, std::span<const std::int32_t> labels,
                   Accuracy& accuracy, Counts& counts) {
  const Tensor values = logits.type() == DType::f32 ? logits : logits.converted(DType::f32);
  const std::size_t classes = std::size_t(values.elements() / batch);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = values.as<float>().subspan(i * classes, classes);
    const std::int32_t label = labels[i];
    accuracy.predictions.push_back(class_of(row));
    if (label < 0) continue;
    ++counts.labelled;
    accuracy.correct += accuracy.predictions.back() == label;
    if (std::size_t(label) < classes) counts.loss += cross_entropy(row, label);
  }
}

void set_shares(const Counts& counts, Accuracy& accuracy) {
  if (counts.labelled == 0) return;
  accuracy.top1 = 100.0 * double(accuracy.correct) / double(accuracy.images);
  accuracy.loss = counts.loss / double(counts.labelled);
}

}  // namespace

Result<Accuracy> accuracy_of(const Graph& graph, const Plan& plan, const Dataset& data,
                             const std::function<bool(std::int64_t)>& progress) {
  DLIS_TRY(check_classifier(graph, data));
  const Preprocessing how = DLIS_TRY(preprocessing_of(graph.metadata));
  Session session = DLIS_TRY(open_for_batches(graph, plan, batch_for(graph, data.size())));
  const std::int64_t batch = batch_of(session.plan());

  Accuracy accuracy{.images = data.size()};
  Counts counts;
  const double start = now_ms();
  for (std::int64_t first = 0; first < data.size(); first += batch) {
    if (progress && !progress(first)) return fail("stopped", data.spec);
    const std::vector<Tensor> inputs = padded_batch(data, how, first, batch);
    const auto outputs = DLIS_TRY(session.run(inputs));
    const auto count = std::size_t(std::min(batch, data.size() - first));
    count_answers(outputs[0], batch, std::span(data.labels).subspan(std::size_t(first), count),
                  accuracy, counts);
  }
  set_shares(counts, accuracy);
  accuracy.images_per_second = 1000 * double(accuracy.images) / std::max(now_ms() - start, 1e-3);
  return accuracy;
}

Accuracy accuracy_of(std::vector<std::int32_t> classes, const Dataset& data) {
  Accuracy accuracy{.images = data.size(), .predictions = std::move(classes)};
  DLIS_ASSERT(std::int64_t(accuracy.predictions.size()) == accuracy.images);
  std::int64_t labelled = 0;
  for (std::size_t i = 0; i < accuracy.predictions.size(); ++i) {
    labelled += data.labels[i] >= 0;
    accuracy.correct += data.labels[i] >= 0 && accuracy.predictions[i] == data.labels[i];
  }
  if (labelled > 0) accuracy.top1 = 100.0 * double(accuracy.correct) / double(accuracy.images);
  return accuracy;
}

double agreement_of(const Accuracy& a, const Accuracy& b) {
  DLIS_ASSERT(a.predictions.size() == b.predictions.size());
  std::int64_t same = 0;
  for (std::size_t i = 0; i < a.predictions.size(); ++i)
    same += a.predictions[i] == b.predictions[i];
  return a.predictions.empty() ? 100 : 100.0 * double(same) / double(a.predictions.size());
}

Interval wilson_interval(std::int64_t correct, std::int64_t images) {
  if (images <= 0) return {};
  const double z = 1.959963984540054, n = double(images), p = double(correct) / n;
  const double scale = 100 / (1 + z * z / n), centre = p + z * z / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, scale * (centre - half)), std::min(100.0, scale * (centre + half))};
}

std::optional<Interval> top1_interval(const Record& record) {
  const auto top1 = record.number("top1"), images = record.number("images");
  if (!top1 || !images || *images < 1) return std::nullopt;
  return wilson_interval(std::llround(*top1 * *images / 100), std::llround(*images));
}

}  // namespace dlis
