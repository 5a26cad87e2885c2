// Loads training images, and runs networks so that any of their values can be seen.
#include "dlis/explore/observe.h"

#include <algorithm>
#include <memory>

#include "dlis/compress/data_inputs.h"
#include "dlis/hardware/topology.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

// What runs for one graph, its wanted values and its batch.
struct Ready {
  Graph graph;
  std::vector<ValueId> wanted;
  std::vector<Shape> inputs;
  std::vector<std::optional<Quant>> quants;  // of the wanted values
  std::optional<Session> session;
};

bool is_same(const Value& a, const Value& b) {
  const bool constant = a.constant.has_value();
  return constant == b.constant.has_value() && a.type == b.type && a.quant == b.quant &&
         (!constant || a.constant.same_storage(b.constant));
}
bool is_same(const Node& a, const Node& b) {
  return a.op == b.op && a.inputs == b.inputs && a.outputs == b.outputs &&
         a.attributes == b.attributes;
}
// Constants that share their bytes are equal; that is all that asking again for a graph needs.
bool is_same(const Graph& a, const Graph& b) {
  const auto same = [](const auto& x, const auto& y) { return is_same(x, y); };
  return a.inputs == b.inputs && std::ranges::equal(a.values, b.values, same) &&
         std::ranges::equal(a.nodes, b.nodes, same);
}

Result<Session> open(Graph graph, std::span<const ValueId> wanted, std::int64_t batch) {
  graph.outputs.assign(wanted.begin(), wanted.end());
  graph = DLIS_TRY(with_batch(std::move(graph), batch));
  for (ValueId id : graph.outputs)
    if (graph.value(id).shape->rank() == 0 || (*graph.value(id).shape)[0] % batch != 0)
      return fail("a value does not grow with the batch", graph.value(id).name);
  PlanOptions options;
  options.threads = host_topology().usable_cpus();
  options.tune = Tune::off;
  return Session::open(DLIS_TRY(make_plan(graph, options)));
}

// All images at once, or where the network fixes its batch, as many as it takes.
Status prepare(Ready& ready, const Graph& graph, const std::vector<Shape>& inputs,
               std::span<const ValueId> wanted) {
  const bool known = ready.session && ready.inputs == inputs &&
                     std::ranges::equal(ready.wanted, wanted) && is_same(ready.graph, graph);
  if (known) return {};
  ready = {graph, {wanted.begin(), wanted.end()}, inputs, {}, std::nullopt};
  for (ValueId id : wanted) ready.quants.push_back(graph.value(id).quant);
  auto session = open(graph, wanted, inputs[0][0]);
  if (!session) session = open(graph, wanted, 1);
  ready.session.emplace(DLIS_TRY(std::move(session)));
  return {};
}

Tensor real_of(const Tensor& stored, const std::optional<Quant>& quant) {
  if (quant) return real_tensor({"", stored.type(), stored.shape(), stored, quant});
  return stored.type() == DType::f32 ? stored : stored.converted(DType::f32);
}

Tensor example_of(const Tensor& all, std::int64_t index) {
  Shape one = all.shape();
  one[0] = 1;
  const auto elements = std::size_t(one.elements());
  return Tensor::of<float>(one, all.as<float>().subspan(std::size_t(index) * elements, elements));
}

// One image after the other, joined along axis 0.
Result<std::vector<Tensor>> run_singly(Session& session, std::span<const Tensor> inputs) {
  std::vector<std::vector<std::byte>> bytes;
  std::vector<Tensor> last;
  const std::int64_t images = inputs[0].shape()[0];
  for (std::int64_t i = 0; i < images; ++i) {
    std::vector<Tensor> image;
    for (const Tensor& input : inputs) image.push_back(example_of(input, i));
    last = DLIS_TRY(session.run(image));
    bytes.resize(last.size());
    for (std::size_t k = 0; k < last.size(); ++k)
      bytes[k].insert(bytes[k].end(), last[k].data(), last[k].data() + last[k].bytes());
  }
  for (std::size_t k = 0; k < last.size(); ++k) {
    Shape shape = last[k].shape();
    shape[0] *= images;
    Tensor all(last[k].type(), shape);
    std::ranges::copy(bytes[k], all.edit_data());
    last[k] = all;
  }
  return last;
}

Result<std::vector<Tensor>> observe(Ready& ready, const Graph& graph,
                                    std::span<const Tensor> inputs,
                                    std::span<const ValueId> wanted) {
  std::vector<Shape> shapes;
  for (const Tensor& input : inputs) shapes.push_back(input.shape());
  DLIS_TRY(prepare(ready, graph, shapes, wanted));
  Session& session = *ready.session;
  const Graph& planned = session.plan().graph;
  const bool whole = *planned.value(planned.inputs[0]).shape == shapes[0];
  std::vector<Tensor> values = DLIS_TRY(whole ? session.run(inputs) : run_singly(session, inputs));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = real_of(values[i], ready.quants[i]);
  return values;
}

// As a plan would run the layer by itself: its fastest row, packed weights, one core.
Result<double> layer_ms(const Graph& layer) {
  const auto plan = DLIS_TRY(make_plan(layer, {}));
  Session session = DLIS_TRY(Session::open(plan));
  const Timing timing = DLIS_TRY(measure(session, 0.01, 5));
  return timing.median_ms;
}

}  // namespace

Result<Dataset> load_dataset(const std::string& data, const Graph& graph) {
  if (graph.inputs.empty()) return fail("the network has no input", graph.name);
  return load_dataset(data, data_inputs(graph), DLIS_TRY(preprocessing_of(graph.metadata)));
}

Result<Dataset> load_training_images(const std::string& data, const Graph& graph) {
  return load_dataset(training_spec(data), graph);
}

Result<Dataset> load_held_out_images(const std::string& data, const Graph& graph) {
  return load_dataset(held_out_spec(data), graph);
}

Result<Dataset> load_training_images(const std::string& data, const Graph& graph,
                                     std::span<const Choice> chain) {
  if (data.empty() || !uses_images(chain)) return Dataset{};
  Result<Dataset> images = load_training_images(data, graph);
  if (!images && !needs_images(chain)) return Dataset{};
  return images;
}

Result<CompressOptions> compress_options(const Dataset& images, const Graph& graph,
                                         const ModelOptions& model) {
  CompressOptions options;
  options.seed = model.seed;
  options.load = [model](const std::string& teacher) { return load_model(teacher, model); };
  if (images.size() > 0) {
    options.images = &images;
    options.how = DLIS_TRY(preprocessing_of(graph.metadata));
  }
  options.layer_ms = layer_ms;
  options.observe = [ready = std::make_shared<Ready>()](const Graph& of,
                                                        std::span<const Tensor> inputs,
                                                        std::span<const ValueId> wanted) {
    return observe(*ready, of, inputs, wanted);
  };
  return options;
}

}  // namespace dlis
