// dlis compress MODEL --compress C -o OUT.onnx: layer 2 alone, kept as a file.
#include "json_output.h"
#include "model_arguments.h"

namespace dlis::app {
namespace {

struct CompressArguments {
  ModelArguments subject;  // its model and technique only
  std::string output;
  bool json = false;
};

Status run(const CompressArguments& arguments) {
  const std::string& out = arguments.output;
  if (!out.ends_with(".onnx") && !out.ends_with(".onnx.gz"))
    return fail("this is no name for a network", out, "end it in .onnx or .onnx.gz");
  const Subject subject = DLIS_TRY(load_subject(arguments.subject));
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
  verb->add_option("-o,--output", arguments->output, "OUT.onnx or OUT.onnx.gz")
      ->type_name("FILE")
      ->required();
  verb->add_flag("--json", arguments->json, "one object");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
