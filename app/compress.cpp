// dlis compress MODEL --compress C -o OUT.onnx: layer 2 alone, kept as a file.
#include "json_output.h"
#include "training_arguments.h"

namespace dlis::app {
namespace {

struct CompressArguments {
  ModelArguments subject;  // its model and technique only
  TrainingArguments training;
  std::string data, output;
  bool json = false;
};

Result<Subject> compressed(const CompressArguments& arguments) {
  Subject subject;
  subject.stack = DLIS_TRY(arguments.subject.stack());
  subject.options = DLIS_TRY(arguments.subject.options());
  const Graph graph = DLIS_TRY(load_model(subject.stack.model, subject.options));
  CompressOptions options;
  options.how = DLIS_TRY(preprocessing_of(graph.metadata));
  options.seed = arguments.subject.seed;
  options.training = DLIS_TRY(arguments.training.settings());
  options.report = show_training();
  options.load = [&](const std::string& model) { return load_model(model, subject.options); };
  Dataset images;
  if (!arguments.data.empty()) {
    images = DLIS_TRY(load_training_data(arguments.data, graph, options.how));
    options.images = &images;
  }
  subject.graph = DLIS_TRY(compress(graph, subject.stack.compress, options)).graph;
  return subject;
}

Status run(const CompressArguments& arguments) {
  const std::string& out = arguments.output;
  DLIS_TRY(check_network_name(out));
  const Subject subject = DLIS_TRY(compressed(arguments));
  DLIS_TRY(save_onnx(subject.graph, out));
  std::error_code ignored;
  const auto bytes = std::int64_t(std::filesystem::file_size(out, ignored));
  if (arguments.json)
    print_line({{"model", subject.stack.model},
                {"compress", text_of(subject.stack.compress)},
                {"artifact", out},
                {"file_bytes", bytes},
                {"parameters", parameters_of(subject.graph)},
                {"macs", macs_of(subject.graph)},
                {"density", density_of(subject.graph)}});
  else
    print(fmt::format("{}: {}, {} parameters, {} multiply-adds, {} of weights are zero, {}\n", out,
                      text_of(subject.stack.compress), count(parameters_of(subject.graph)),
                      count(macs_of(subject.graph)), percent(1 - density_of(subject.graph)),
                      format_bytes(bytes)));
  return {};
}

}  // namespace

void add_compress(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("compress", "apply a technique and write the network");
  auto arguments = std::make_shared<CompressArguments>();
  arguments->subject.add_model_to(*verb);
  verb->get_option("MODEL")->required();
  verb->add_option("--compress", arguments->subject.compress, "techniques chained by +")
      ->required();
  verb->add_option("--data", arguments->data, "images to learn from: cifar10:DIR or images:DIR");
  arguments->training.add_to(*verb);
  verb->add_option("-o,--output", arguments->output, "OUT.onnx or OUT.onnx.gz")
      ->type_name("FILE")
      ->required();
  verb->add_flag("--json", arguments->json, "one object");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
