// dlis list [LAYER]: every row of every layer, one line each.
#include "output.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct ListArguments {
  std::string layer;
  bool json = false;
};

Status run(const ListArguments& arguments) {
  const auto rows = DLIS_TRY(list_rows(arguments.layer));
  std::vector<std::vector<std::string>> lines;
  if (arguments.json) lines.push_back({"layer", "name", "parameters", "summary"});
  for (const ListedRow& row : rows) {
    if (arguments.json)
      lines.push_back({row.layer, row.name, row.parameters, row.summary});
    else
      lines.push_back({row.layer, row.name + row.parameters, row.summary});
  }
  print_rows(lines, "lll", arguments.json);
  return {};
}

}  // namespace

void add_list(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("list", "every row of every layer, one line each");
  auto arguments = std::make_shared<ListArguments>();
  verb->add_option("LAYER", arguments->layer,
                   "model, compress, format, compute, schedule or device");
  verb->add_flag("--json", arguments->json, "one object a line");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
