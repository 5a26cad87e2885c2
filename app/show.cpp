// dlis show MODEL: layers, shapes, parameters, multiply-adds, bytes.
#include "model_arguments.h"
#include "output.h"

namespace dlis::app {
namespace {

struct ShowArguments {
  ModelArguments subject;
  bool json = false;
};

std::int64_t parameters_of_node(const Graph& graph, const Node& node) {
  std::int64_t elements = 0;
  for (ValueId id : node.inputs)
    if (graph.is_constant(id)) elements += graph.value(id).constant.elements();
  return elements;
}

std::string shape_text(const Value& value) { return value.shape ? value.shape->text() : "unknown"; }

std::int64_t bytes_of(const Value& value) {
  return value.shape ? value.shape->elements() * std::int64_t(size_of(value.type)) : 0;
}

std::vector<std::string> line_of(const Graph& graph, const Node& node) {
  const Value& output = graph.value(node.outputs.front());
  return {layer_name(graph, node),
          node.op->name,
          shape_text(output),
          std::to_string(parameters_of_node(graph, node)),
          std::to_string(macs_of(graph, node)),
          std::to_string(bytes_of(output))};
}

Status run(const ShowArguments& arguments) {
  const Subject subject = DLIS_TRY(load_subject(arguments.subject));
  const Graph& graph = subject.graph;
  std::vector<std::vector<std::string>> lines{
      {"layer", "op", "output", "parameters", "macs", "output bytes"}};
  for (ValueId id : graph.inputs)
    lines.push_back({graph.value(id).name, "input", shape_text(graph.value(id)), "0", "0",
                     std::to_string(bytes_of(graph.value(id)))});
  for (const Node& node : graph.nodes) lines.push_back(line_of(graph, node));
  print_rows(lines, "lllrrr", arguments.json);
  if (!arguments.json)
    print(fmt::format(
        "{}: {} layers, {} parameters ({} as f32), {} multiply-adds, {} of weights are zero\n",
        subject.stack.model, graph.nodes.size(), count(parameters_of(graph)),
        format_bytes(4 * parameters_of(graph)), count(macs_of(graph)),
        percent(1 - density_of(graph))));
  return {};
}

}  // namespace

void add_show(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("show", "layers, shapes, parameters, multiply-adds, bytes");
  auto arguments = std::make_shared<ShowArguments>();
  arguments->subject.add_to(*verb);
  verb->add_flag("--json", arguments->json, "one object a line");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
