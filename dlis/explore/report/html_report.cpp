// Fills the page's template.
#include "dlis/explore/report/html_report.h"

#include <fmt/format.h>

#include "dlis/explore/fill.h"
#include "dlis/explore/html.h"
#include "dlis/explore/report.h"
#include "dlis/explore/report/page_parts.h"
#include "dlis/explore/version.h"

namespace dlis {
namespace {

std::string script() {
  std::string text = "\"use strict\";\n";
  for (const char* name : {"data.js", "chart.js", "fronts.js", "table.js", "layers.js", "main.js"})
    text += page_file(name);
  return text;
}

std::string summary_of(std::span<const Entry> entries) {
  std::size_t refused = 0;
  for (const Entry& e : entries) refused += e.record.refused();
  return fmt::format("{} stacks, {} refused.", entries.size(),
                     refused ? fmt::format("{} of them", refused) : "none");
}

}  // namespace

std::string html_report(std::span<const Record> records, const std::string& store,
                        const std::string& answer) {
  const auto entries = entries_of(records);
  std::vector<Record> latest;
  for (const Entry& e : entries) latest.push_back(e.record);
  const std::string mixture = mixture_of(latest);
  return filled(page_file("page.html"),
                {{"title", html_escaped(store)},
                 {"css", std::string(page_file("page.css"))},
                 {"summary", summary_of(entries)},
                 {"advice", marked_up(answer.empty() ? advice(latest) : answer)},
                 {"mixture", mixture.empty() ? "" : "<p>" + html_escaped(mixture) + "</p>"},
                 {"guidelines", guidelines_html(entries)},
                 {"ablations", ablations_html(entries, store)},
                 {"curves", curves_html(entries)},
                 {"rows", record_rows_html(entries)},
                 {"refusals", refusals_html(entries)},
                 {"machines", machines_html(entries)},
                 {"version", html_escaped(commit())},
                 {"data", page_json(entries)},
                 {"script", script()}});
}

}  // namespace dlis
