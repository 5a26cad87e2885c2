// dlis run MODEL: one run on given inputs.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "model_arguments.h"
#include "output.h"

namespace dlis::app {
namespace {

namespace fs = std::filesystem;

struct RunArguments {
  ModelArguments subject;
  std::vector<std::string> inputs, outputs;
  bool json = false;
};

// `name=FILE` or `FILE`, which is for the next value that no other option names. A name may hold an
// equals sign, and so may a file behind a name.
struct Binding {
  std::size_t index = 0;
  fs::path file;
};

Result<std::vector<Binding>> bind_files(const std::vector<std::string>& texts, const Graph& graph,
                                        const std::vector<ValueId>& ids, const char* option) {
  std::vector<std::string> names;
  for (ValueId id : ids) names.push_back(graph.value(id).name);
  std::vector<Binding> bindings;
  std::vector<bool> taken(ids.size());
  std::vector<std::string> unnamed;
  for (const std::string& text : texts) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      return text.compare(0, name.size() + 1, name + "=") == 0;
    });
    const std::size_t equals = text.find('=');
    if (found == names.end() && equals != std::string::npos)
      return tl::unexpected(
          unknown_name(fmt::format("name behind {}", option), text.substr(0, equals), names));
    if (found == names.end()) {
      unnamed.push_back(text);
      continue;
    }
    const auto index = std::size_t(found - names.begin());
    if (taken[index]) return fail(fmt::format("'{}' is given twice", names[index]), option);
    taken[index] = true;
    bindings.push_back({index, text.substr(found->size() + 1)});
  }
  for (const std::string& text : unnamed) {
    const auto free = std::size_t(std::find(taken.begin(), taken.end(), false) - taken.begin());
    if (free == ids.size())
      return fail(fmt::format("'{}' is one too many: the network has {}", text, join(names, ", ")),
                  option, "write NAME=FILE with one of these");
    taken[free] = true;
    bindings.push_back({free, text});
  }
  return bindings;
}

Result<Tensor> load_tensor(const fs::path& file, const Value& value, const Preprocessing& how) {
  const std::string kind = lower(file.extension().string());
  if (kind == ".npy") return load_npy(file);
  if (kind == ".pb") return load_tensor_pb(file);
  if (kind != ".png" && kind != ".jpg" && kind != ".jpeg")
    return fail(fmt::format("'{}' is no kind of input", kind), file.string(),
                "give a .npy, .png, .jpg or .pb file");
  if (!value.shape || value.shape->rank() != 4)
    return fail("this input is not an image", value.name, "give a .npy or .pb file");
  return load_input_image(file, *value.shape, how);
}

Result<std::vector<Tensor>> load_inputs(const RunArguments& arguments, Graph& graph) {
  const Preprocessing how = DLIS_TRY(preprocessing_of(graph.metadata));
  std::vector<Tensor> inputs(graph.inputs.size());
  const auto bindings = DLIS_TRY(bind_files(arguments.inputs, graph, graph.inputs, "--input"));
  for (const Binding& binding : bindings) {
    const Value& value = graph.value(graph.inputs[binding.index]);
    const std::string name = value.name;
    Tensor& tensor = inputs[binding.index];
    tensor = DLIS_TRY(load_tensor(binding.file, value, how));
    if (!value.shape || !(*value.shape == tensor.shape()))
      graph = DLIS_TRY(with_input_shape(std::move(graph), name, tensor.shape()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i].has_value())
      return fail(fmt::format("the input '{}' is not given", graph.value(graph.inputs[i]).name),
                  "--input", "add --input NAME=FILE");
  return inputs;
}

Status save_tensor(const Tensor& tensor, const std::string& name, const fs::path& file) {
  const std::string kind = lower(file.extension().string());
  if (kind == ".npy") return save_npy(tensor, file);
  if (kind == ".pb") return save_tensor_pb(tensor, name, file);
  return fail(fmt::format("'{}' is no kind of output", kind), file.string(),
              "write a .npy or .pb file");
}

// The five largest values of each image, with their softmax.
void print_top(const Tensor& tensor, const std::string& name, bool json) {
  const Tensor values = tensor.converted(DType::f32);
  const std::int64_t images = tensor.shape().rank() > 1 ? tensor.shape()[0] : 1;
  const auto classes = std::size_t(tensor.elements() / std::max<std::int64_t>(1, images));
  std::vector<std::vector<std::string>> lines{{"output", "image", "class", "value", "softmax"}};
  for (std::int64_t image = 0; image < images; ++image) {
    const auto row = values.as<float>().subspan(std::size_t(image) * classes, classes);
    std::vector<std::size_t> order(classes);
    std::iota(order.begin(), order.end(), 0);
    const std::size_t shown = std::min<std::size_t>(5, classes);
    std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(shown), order.end(),
                      [&](std::size_t a, std::size_t b) { return row[a] > row[b]; });
    double sum = 0;
    for (float value : row) sum += std::exp(double(value) - row[order[0]]);
    for (std::size_t i = 0; i < shown; ++i)
      lines.push_back(
          {name, std::to_string(image), std::to_string(order[i]),
           fmt::format("{:.4f}", row[order[i]]),
           fmt::format("{:.4f}", std::exp(double(row[order[i]]) - row[order[0]]) / sum)});
  }
  print_rows(lines, "lrrrr", json);
}

Status show_or_save(const RunArguments& arguments, const Graph& graph,
                    const std::vector<Tensor>& outputs) {
  const auto bindings = DLIS_TRY(bind_files(arguments.outputs, graph, graph.outputs, "--output"));
  for (const Binding& binding : bindings)
    DLIS_TRY(save_tensor(outputs[binding.index], graph.value(graph.outputs[binding.index]).name,
                         binding.file));
  if (!arguments.outputs.empty()) return {};
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (outputs[i].elements() > 0)
      print_top(outputs[i], graph.value(graph.outputs[i]).name, arguments.json);
  return {};
}

Status run(const RunArguments& arguments) {
  Subject subject = DLIS_TRY(load_subject(arguments.subject));
  const auto inputs = DLIS_TRY(load_inputs(arguments, subject.graph));
  // Where the output goes is checked before anything is computed.
  DLIS_TRY(bind_files(arguments.outputs, subject.graph, subject.graph.outputs, "--output"));
  const auto plan = DLIS_TRY(make_plan(subject.graph, subject.plan));
  Session session = DLIS_TRY(Session::open(plan));
  const auto outputs = DLIS_TRY(session.run(inputs));
  return show_or_save(arguments, subject.graph, outputs);
}

}  // namespace

void add_run(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("run", "one run on given inputs");
  auto arguments = std::make_shared<RunArguments>();
  arguments->subject.add_to(*verb);
  verb->add_option("--input", arguments->inputs,
                   ".npy, .png, .jpg or an ONNX tensor .pb; or NAME=FILE")
      ->allow_extra_args(false)
      ->type_name("FILE")
      ->required();
  verb->add_option("--output", arguments->outputs,
                   ".npy or .pb; or NAME=FILE; without it the five largest values are printed")
      ->allow_extra_args(false)
      ->type_name("FILE");
  verb->add_flag("--json", arguments->json, "one object a line");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
