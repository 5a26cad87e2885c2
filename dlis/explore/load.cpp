// MODEL as text to a graph.
#include "dlis/explore/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/memory.h"
#include "dlis/base/text.h"
#include "dlis/data/dataset.h"
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/zoo/zoo.h"
#include "dlis/runtime/file.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

// What may stand behind `?`; it means what it means in ONNX metadata.
const std::vector<std::string> kOptions{"mean", "std", "scale", "order", "resize", "crop"};

Status apply_query(const std::string& model, std::string_view query, Graph& graph) {
  for (std::string_view part : split(query, '&')) {
    const std::size_t equals = part.find('=');
    const std::string key(part.substr(0, equals));
    if (std::find(kOptions.begin(), kOptions.end(), key) == kOptions.end())
      return tl::unexpected(unknown_name("option of the model", key, kOptions));
    if (equals == std::string_view::npos || equals + 1 == part.size())
      return fail(fmt::format("the option '{}' has no value", key), model, "write it as mean=.5");
    graph.metadata[key] = part.substr(equals + 1);
  }
  return {};
}

Result<Graph> build_row(const std::string& name, const ModelOptions& options) {
  Graph graph = DLIS_TRY(build_model(name, options.seed));
  for (const auto& [input, shape] : options.shapes)
    graph = DLIS_TRY(with_input_shape(std::move(graph), input, shape));
  return graph;
}

// Shapes of weights that are packed for a plan are fixed.
Result<Graph> load_packed(Graph graph, const fs::path& file, const ModelOptions& options) {
  const auto batch = [](const Value& v) { return v.shape->rank() > 0 ? (*v.shape)[0] : 1; };
  bool same = true;
  for (ValueId id : graph.inputs) {
    const Value& input = graph.value(id);
    const auto asked = options.shapes.find(input.name);
    same = same && (asked == options.shapes.end() || asked->second == *input.shape) &&
           (options.batch == 1 || options.batch == batch(input));
  }
  if (same) return graph;
  return fail("its weights are packed for one shape of its inputs", file.string(),
              "pack the model again with this --shape or --batch");
}

Result<Graph> load_file(const fs::path& file, const ModelOptions& options) {
  if (is_dlis_file(file)) {
    Graph graph = DLIS_TRY(load_dlis(file));
    if (graph.packed) return load_packed(std::move(graph), file, options);
    for (const auto& [input, shape] : options.shapes)
      graph = DLIS_TRY(with_input_shape(std::move(graph), input, shape));
    return graph;
  }
  LoadOptions load;
  load.shapes = options.shapes;
  load.batch = options.batch;
  return load_onnx(file, load);
}

// A batch that is asked for holds for networks whose file fixes another one, too.
Result<Graph> settle_batch(Graph graph, const ModelOptions& options) {
  for (ValueId id : graph.inputs) {
    const Value& input = graph.value(id);
    const bool differs =
        input.shape && input.shape->rank() > 0 && (*input.shape)[0] != options.batch;
    if (!graph.packed && options.batch > 1 && differs && !options.shapes.count(input.name))
      return with_batch(std::move(graph), options.batch);
  }
  return graph;
}

// What a node reads and writes is alive at once, so no plan needs less than the largest such sum.
Status check_memory(const Graph& graph, const std::string& model) {
  const auto bytes = [&](ValueId id) {
    if (id == kNoValue || !graph.value(id).shape) return 0.0;
    double product = double(size_of(graph.value(id).type));
    for (std::int64_t extent : *graph.value(id).shape) product *= double(extent);
    return product;
  };
  double largest = 0;
  for (const Node& node : graph.nodes) {
    double sum = 0;
    for (ValueId id : node.inputs) sum += bytes(id);
    for (ValueId id : node.outputs) sum += bytes(id);
    largest = std::max(largest, sum);
  }
  if (largest <= double(available_memory())) return {};
  return fail(fmt::format("one layer needs {:.3g} GB, more than the memory that is available",
                          largest * 1e-9),
              model, "give a smaller size or batch");
}

}  // namespace

std::optional<fs::path> file_of_model(const std::string& model) {
  const std::string name = model.substr(0, model.find('?'));
  if (is_model_name(name)) return std::nullopt;
  return fs::path(name);
}

Result<Graph> load_model(const std::string& model, const ModelOptions& options) {
  if (options.batch < 1)
    return fail(fmt::format("a batch of {} images makes no sense", options.batch), "--batch",
                "give 1 or more");
  const std::size_t question = model.find('?');
  const std::string name = model.substr(0, question);
  const bool file = name.find_first_of("/.") != std::string::npos && !is_model_name(name);
  Graph graph = DLIS_TRY(file ? load_file(name, options) : build_row(name, options));
  graph = DLIS_TRY(settle_batch(std::move(graph), options));
  if (question != std::string::npos)
    DLIS_TRY(apply_query(model, std::string_view(model).substr(question + 1), graph));
  DLIS_TRY(preprocessing_of(graph.metadata));
  DLIS_TRY(check_memory(graph, model));
  return graph;
}

Result<std::pair<std::string, Shape>> parse_shape(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  const auto bad = [&] {
    return fail(fmt::format("'{}' is not an input's shape", text), "--shape",
                "write it as input=1x3x224x224");
  };
  if (equals == std::string_view::npos || equals == 0) return bad();
  Shape shape;
  for (std::string_view extent : split(text.substr(equals + 1), 'x')) {
    const auto number = parse_integer(extent);
    if (!number || *number < 1 || shape.rank() == kMaxRank) return bad();
    shape.push_back(*number);
  }
  return std::pair(std::string(text.substr(0, equals)), shape);
}

}  // namespace dlis
