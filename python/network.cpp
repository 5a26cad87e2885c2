// Networks: loaded, shaped, compressed, saved.
#include "network.h"

namespace dlis::python {
namespace {

// A path, so that names that are no UTF-8 come as the bytes that they are.
Network load(const std::filesystem::path& path, std::int64_t batch, std::uint64_t seed,
             const std::map<std::string, std::vector<std::int64_t>>& shapes) {
  const std::string model = path.string();
  ModelOptions options;
  options.batch = batch;
  options.seed = seed;
  for (const auto& [name, shape] : shapes) options.shapes[name] = shape_of(name, shape);
  return without_lock([&]() -> Result<Network> {
    return Network{DLIS_TRY(load_model(model, options)), model, options, {}};
  });
}

// The same network for inputs of these shapes.
Network shaped(const Network& from,
               const std::map<std::string, std::vector<std::int64_t>>& shapes) {
  Network network = from;
  for (const auto& [name, shape] : shapes)
    network.graph =
        value_of(with_input_shape(std::move(network.graph), name, shape_of(name, shape)));
  return network;
}

void save(const Network& network, const std::filesystem::path& file) {
  without_lock([&]() -> Status {
    if (is_dlis_file(file)) return save_dlis(network.graph, file);
    const std::string name = file.filename().string();
    if (!name.ends_with(".onnx") && !name.ends_with(".onnx.gz"))
      return fail("this is no name for a network", file.string(),
                  "end it in .onnx, .onnx.gz or .dlis");
    return save_onnx(network.graph, file);
  });
}

Network compressed(const Network& from, const std::string& chain, const std::string& data,
                   const std::map<std::string, std::string>& settings, py::object progress) {
  Watch watch(std::move(progress));
  return watch.run([&]() -> Result<Network> {
    const auto choices = DLIS_TRY(parse_chain(chain));
    const Dataset images = DLIS_TRY(load_training_images(data, from.graph, choices));
    CompressOptions options = DLIS_TRY(compress_options(images, from.graph, from.options));
    for (const auto& [name, value] : settings)
      DLIS_TRY(set_training(options.training, name, value));
    options.progress = [&](std::string_view phase, double share) {
      return watch.go_on(std::string(phase), share);
    };
    options.report = [&](const TrainingReport& now) {
      return watch.go_on("retraining", now.epoch / std::max(1e-9, now.epochs));
    };
    // Techniques that only look inside do not tell how far they are.
    options.observe = [&, observe = options.observe](const auto&... what) {
      return watch.go_on("observing", 0) ? observe(what...) : fail("stopped");
    };
    Compressed made = DLIS_TRY(compress(from.graph, choices, options));
    return Network{std::move(made.graph), from.model, from.options, std::move(made.notes)};
  });
}

py::dict accuracy(const Network& network, const std::string& data, py::object progress) {
  Watch watch(std::move(progress));
  const Accuracy found = watch.run([&]() -> Result<Accuracy> {
    const Graph& graph = network.graph;
    if (graph.inputs.empty()) return fail("the network has no input", network.model);
    const Preprocessing how = DLIS_TRY(preprocessing_of(graph.metadata));
    const Dataset images = DLIS_TRY(load_dataset(data, *graph.value(graph.inputs[0]).shape, how));
    PlanOptions options;
    options.tune = Tune::off;  // accuracy alone: no rows compete for time
    const auto plan = DLIS_TRY(make_plan(graph, options));
    return accuracy_of(graph, *plan, images, [&](std::int64_t done) {
      return watch.go_on("accuracy", double(done) / double(images.size()));
    });
  });
  py::dict told;
  told["images"] = found.images;
  told["top1"] = found.top1;
  told["loss"] = found.loss;
  told["predictions"] = found.predictions;
  return told;
}

// Weights by name, as the graph holds them.
std::vector<std::pair<std::string, Tensor>> weights(const Network& network) {
  std::vector<std::pair<std::string, Tensor>> all;
  for (const Weight& weight : weights_of(network.graph)) {
    const Value& value = network.graph.value(weight.value);
    if (!value.constant.is_hollow()) all.emplace_back(value.name, value.constant);
  }
  return all;
}

}  // namespace

Shape shape_of(const std::string& name, const std::vector<std::int64_t>& extents) {
  Shape shape;
  for (const std::int64_t extent : extents) {
    if (extent < 1 || shape.rank() == kMaxRank)
      raise({"this is not an input's shape", name, "give at most eight extents of 1 or more"});
    shape.push_back(extent);
  }
  return shape;
}

std::vector<ValueText> texts_of(const Graph& graph, const std::vector<ValueId>& ids) {
  std::vector<ValueText> texts;
  for (const ValueId id : ids) {
    const Value& value = graph.value(id);
    const Shape& shape = *value.shape;
    texts.emplace_back(value.name, std::string(name_of(value.type)),
                       std::vector<std::int64_t>(shape.begin(), shape.end()));
  }
  return texts;
}

void add_network(py::module_& m) {
  py::class_<Network>(m, "Network")
      .def_property_readonly("model", [](const Network& n) { return str_of(n.model); })
      .def_readonly("notes", &Network::notes)
      .def_property_readonly("inputs",
                             [](const Network& n) { return texts_of(n.graph, n.graph.inputs); })
      .def_property_readonly("outputs",
                             [](const Network& n) { return texts_of(n.graph, n.graph.outputs); })
      .def_property_readonly("metadata", [](const Network& n) { return n.graph.metadata; })
      .def_property_readonly("macs", [](const Network& n) { return macs_of(n.graph); })
      .def_property_readonly("parameters", [](const Network& n) { return parameters_of(n.graph); })
      .def_property_readonly("density", [](const Network& n) { return density_of(n.graph); })
      .def("weights", weights)
      .def("shaped", shaped)
      .def("save", save)
      .def("compressed", compressed)
      .def("accuracy", accuracy)
      .def("images",
           [](const Network& n, const std::string& spec) { return images_of(n.graph, spec); });
  m.def("load", load);
}

}  // namespace dlis::python
