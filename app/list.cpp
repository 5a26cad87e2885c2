// dlis list [LAYER]: every row of every layer, one line each.
#include <iterator>

#include "output.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct ListArguments {
  std::string layer;
  bool json = false, explain = false, markdown = false;
};

// Formats beside dense f32 by the share of zeros, and where they cross.
Status explain_formats(bool json) {
  std::vector<std::vector<std::string>> lines{{"format"}};
  for (const double zeros : kZeroShares)
    lines[0].push_back(fmt::format("{:.0f} % zeros", 100 * zeros));
  lines[0].push_back("smaller than dense from");
  for (const FormatBytes& bytes : format_bytes()) {
    auto& cells = lines.emplace_back();
    cells.push_back(bytes.format->name);
    for (const double share : bytes.shares) cells.push_back(percent(share));
    cells.push_back(bytes.smaller_from < 1 ? percent(bytes.smaller_from) + " zeros on" : "");
  }
  print_rows(lines, "l" + std::string(std::size(kZeroShares) + 1, 'r'), json);
  return {};
}

// For pages: what a row is, not what this machine has of it.
std::string markdown(const std::vector<ListedRow>& rows) {
  const auto cell = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
      text.insert(at, 1, '\\');
    return text;
  };
  std::string table = "| row | parameters | what it is |\n|---|---|---|\n";
  for (const ListedRow& row : rows)
    table += fmt::format("| `{}` | {} | {} |\n", row.name,
                         row.parameters.empty() ? "" : "`" + cell(row.parameters) + "`",
                         cell(row.summary));
  return table;
}

Status run(const ListArguments& arguments) {
  const auto rows = DLIS_TRY(list_rows(arguments.layer));
  if (arguments.markdown) {
    print(markdown(rows));
    return {};
  }
  if (arguments.explain && arguments.layer == "format") return explain_formats(arguments.json);
  if (arguments.explain)
    return fail("it explains formats", "--explain", "write dlis list format --explain");
  std::vector<std::vector<std::string>> lines;
  if (arguments.json) lines.push_back({"layer", "name", "parameters", "summary"});
  for (const ListedRow& row : rows) {
    const std::string& summary = row.here.empty() ? row.summary : row.here;
    if (arguments.json)
      lines.push_back({row.layer, row.name, row.parameters, summary});
    else
      lines.push_back({row.layer, row.name + row.parameters, summary});
  }
  print_rows(lines, "lll", arguments.json);
  return {};
}

}  // namespace

void add_list(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("list", "every row of every layer, one line each");
  auto arguments = std::make_shared<ListArguments>();
  verb->add_option("LAYER", arguments->layer,
                   "model, compress, format, compute, schedule or device; operator, data, "
                   "executor or target");
  verb->add_flag("--explain", arguments->explain,
                 "of formats: bytes of dense f32's by the share of zeros, and where they cross");
  verb->add_flag("--markdown", arguments->markdown, "a table for a page");
  verb->add_flag("--json", arguments->json, "one object a line");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
