// dlis compare MODEL DIR: layer by layer against another engine's tensors.
#include "model_arguments.h"
#include "output.h"

namespace dlis::app {
namespace {

struct Arguments {
  ModelArguments subject;
  std::string folder;
  double tolerance = 1e-4;
  bool json = false;
};

Status run(const Arguments& arguments) {
  const Subject subject = DLIS_TRY(load_subject(arguments.subject));
  const Comparison comparison =
      DLIS_TRY(compare(subject.graph, subject.plan, arguments.folder, arguments.tolerance));
  std::vector<std::vector<std::string>> lines{
      {"value", "op", "shape", "largest difference", "relative", "verdict"}};
  for (const Difference& d : comparison.values)
    lines.push_back({d.name, d.op, d.shape.text(), fmt::format("{:.3g}", d.largest),
                     fmt::format("{:.3g}", d.relative),
                     d.problem.empty() ? (d.differs ? "differs" : "agrees") : d.problem});
  print_rows(lines, "lllrrl", arguments.json);
  const Difference* first = comparison.first();
  if (!first) return {};
  const std::string by = first->problem.empty()
                             ? fmt::format("by {:.3g} of the largest value", first->relative)
                             : "it has " + first->problem;
  return fail(
      fmt::format("the first value that differs is '{}' ({}), {}", first->name, first->op, by),
      subject.stack.model);
}

}  // namespace

void add_compare(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("compare", "layer by layer against reference tensors");
  auto arguments = std::make_shared<Arguments>();
  arguments->subject.add_to(*verb);
  verb->add_option(
          "DIR", arguments->folder,
          "input_0.pb, output_0.pb and NAME.pb for values inside, as ONNX test data has them")
      ->required();
  verb->add_option("--tolerance", arguments->tolerance, "relative to the largest value (1e-4)");
  verb->add_flag("--json", arguments->json, "one object a line");
  verb->get_option("--stack")->excludes("MODEL");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
