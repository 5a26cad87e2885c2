// Loads training images, and runs networks so that any of their values can be seen.
#include "dlis/explore/observe.h"

#include <algorithm>
#include <memory>

#include "dlis/hardware/topology.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

// What runs for one graph, its wanted values and its batch.
struct Ready {
  Graph graph;
  std::vector<ValueId> wanted;
  Shape input;
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
Status prepare(Ready& ready, const Graph& graph, const Tensor& input,
               std::span<const ValueId> wanted) {
  const bool known = ready.session && ready.input == input.shape() &&
                     std::ranges::equal(ready.wanted, wanted) && is_same(ready.graph, graph);
  if (known) return {};
  ready = {graph, {wanted.begin(), wanted.end()}, input.shape(), {}, std::nullopt};
  for (ValueId id : wanted) ready.quants.push_back(graph.value(id).quant);
  auto session = open(graph, wanted, input.shape()[0]);
  if (!session) session = open(graph, wanted, 1);
  ready.session.emplace(DLIS_TRY(std::move(session)));
  return {};
}

Tensor real_of(const Tensor& stored, const std::optional<Quant>& quant) {
  if (quant) return real_tensor({"", stored.type(), stored.shape(), stored, quant});
  return stored.type() == DType::f32 ? stored : stored.converted(DType::f32);
}

// One image after the other, joined along axis 0.
Result<std::vector<Tensor>> run_singly(Session& session, const Tensor& input) {
  std::vector<std::vector<std::byte>> bytes;
  std::vector<Tensor> last;
  const std::int64_t images = input.shape()[0];
  Shape one = input.shape();
  one[0] = 1;
  for (std::int64_t i = 0; i < images; ++i) {
    const std::size_t elements = std::size_t(one.elements());
    const Tensor image =
        Tensor::of<float>(one, input.as<float>().subspan(std::size_t(i) * elements, elements));
    last = DLIS_TRY(session.run(std::span(&image, 1)));
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

Result<std::vector<Tensor>> observe(Ready& ready, const Graph& graph, const Tensor& input,
                                    std::span<const ValueId> wanted) {
  DLIS_TRY(prepare(ready, graph, input, wanted));
  Session& session = *ready.session;
  const Graph& planned = session.plan().graph;
  const bool whole = *planned.value(planned.inputs[0]).shape == input.shape();
  std::vector<Tensor> values =
      DLIS_TRY(whole ? session.run(std::span(&input, 1)) : run_singly(session, input));
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

Result<Dataset> load_for(const Graph& graph, const std::string& spec) {
  if (graph.inputs.size() != 1) return fail("what learns from images needs one input", graph.name);
  const Preprocessing how = DLIS_TRY(preprocessing_of(graph.metadata));
  return load_dataset(spec, *graph.value(graph.inputs[0]).shape, how);
}

}  // namespace

Result<Dataset> load_training_images(const std::string& data, const Graph& graph) {
  return load_for(graph, training_spec(data));
}

Result<Dataset> load_held_out_images(const std::string& data, const Graph& graph) {
  return load_for(graph, held_out_spec(data));
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
  if (images.images.has_value()) {
    options.images = &images;
    options.how = DLIS_TRY(preprocessing_of(graph.metadata));
  }
  options.layer_ms = layer_ms;
  options.observe = [ready = std::make_shared<Ready>()](const Graph& of, const Tensor& input,
                                                        std::span<const ValueId> wanted) {
    return observe(*ready, of, input, wanted);
  };
  return options;
}

}  // namespace dlis
