// dlis compare MODEL DIR: layer by layer against another engine's tensors.
#include <cmath>

#include "model_arguments.h"
#include "output.h"

namespace dlis::app {
namespace {

// With --stack, the one positional is DIR.
struct Subjects : ModelArguments {
  std::string folder;
  void require() {
    if (!stack_text.empty() && folder.empty()) std::swap(model, folder);
    ModelArguments::require();
    if (folder.empty()) throw CLI::RequiredError("DIR");
  }
};

struct CompareArguments {
  Subjects subject;
  double tolerance = 1e-4;
  bool json = false;
};

Status run(const CompareArguments& arguments) {
  if (!(arguments.tolerance >= 0 && std::isfinite(arguments.tolerance)))
    return fail("the tolerance is not right", "--tolerance", "give a number from 0 on");
  const Subject subject = DLIS_TRY(load_subject(arguments.subject));
  const Comparison comparison =
      DLIS_TRY(compare(subject.graph, subject.plan, arguments.subject.folder, arguments.tolerance));
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
  auto arguments = std::make_shared<CompareArguments>();
  arguments->subject.add_to(*verb);
  verb->add_option(
      "DIR", arguments->subject.folder,
      "input_0.pb, output_0.pb and NAME.pb for values inside, as ONNX test data has them");
  verb->add_option("--tolerance", arguments->tolerance, "relative to the largest value (1e-4)");
  verb->add_flag("--json", arguments->json, "one object a line");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
