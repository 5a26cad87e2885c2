// The page's sentences, and its tables but that of the stacks.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dlis/explore/html.h"
#include "dlis/explore/report/ablation.h"
#include "dlis/explore/report/guidelines.h"
#include "dlis/explore/report/page_parts.h"
#include "dlis/explore/report/sparsity.h"
#include "dlis/explore/screening.h"

namespace dlis {
namespace {

std::string code(std::string_view text) { return "<code>" + html_escaped(text) + "</code>"; }

// A table that scrolls inside its box where the screen is narrow; a box that scrolls takes the
// keyboard's focus.
std::string table(const std::string& caption, const std::vector<std::string>& header,
                  const std::string& rows) {
  std::string head;
  for (const std::string& name : header) head += "<th scope=\"col\">" + name + "</th>";
  return fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table>"
      "<caption>{0}</caption><thead><tr>{1}</tr></thead><tbody>\n{2}</tbody></table></div>\n",
      html_escaped(caption), head, rows);
}

std::string row(const std::vector<std::string>& cells) {
  std::string out = "<tr>";
  for (const std::string& cell : cells) out += "<td>" + cell + "</td>";
  return out + "</tr>\n";
}

std::string step_row(const AblationStep& step) {
  const std::size_t numbers[] = {step.with->number, step.without->number};
  return row({step.layers, code(step.from), code(step.to), times_text(step.times),
              fmt::format("{:.2f}x", step.bytes),
              step.points ? fmt::format("{:+.2f} [{:+.2f}, {:+.2f}]", step.points->value,
                                        step.points->low, step.points->high)
                          : "-",
              record_links(numbers)});
}

std::string missing_html(const Ablation& ablation) {
  std::string items;
  for (const MissingStack& m : ablation.missing)
    items += "<li>" + code(m.stack) +
             (m.refused.empty() ? " was not measured: " + code(m.command)
                                : " was refused: " + html_escaped(m.refused)) +
             "</li>\n";
  return items.empty() ? "" : "<p>Missing on the way:</p>\n<ul>\n" + items + "</ul>\n";
}

std::string ablation_html(const Ablation& ablation, const std::string& store) {
  std::string rows;
  for (const AblationStep& step : ablation.steps) rows += step_row(step);
  const Record& best = ablation.best->record;
  std::string out = fmt::format(
      "<p>From {} (record {}) back to {}.</p>\n", code(best.text("stack")),
      record_link(ablation.best->number),
      ablation.plain ? fmt::format("{} (record {})", code(choices_text(ablation.plain->record)),
                                   record_link(ablation.plain->number))
                     : "the plain stack, which is missing");
  if (!rows.empty())
    out += table("What each layer of the best stack contributed: " + best.text("model"),
                 {"layer", "choice", "instead of", "speed", "memory", "points of top-1", "records"},
                 rows);
  else if (ablation.missing.empty())
    out += "<p>The best stack is the plain one: no choice of a layer gains anything.</p>\n";
  for (const std::string& layer : ablation.fixed)
    out += fmt::format("<p>Nothing is known of the layer {}: {} has one choice of it only.</p>\n",
                       layer, code(store));
  return out + missing_html(ablation);
}

}  // namespace

std::string marked_up(std::string_view sentence) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at <= sentence.size(); ++at) {
    const std::size_t quote = std::min(sentence.find('`', at), sentence.size());
    out += html_escaped(sentence.substr(at, quote - at));
    if (quote < sentence.size()) out += (inside = !inside) ? "<code>" : "</code>";
    at = quote;
  }
  return inside ? out + "</code>" : out;
}

std::string record_link(std::size_t number) {
  return fmt::format("<a href=\"#record-{0}\">{0}</a>", number);
}

std::string record_links(std::span<const std::size_t> numbers) {
  std::string out;
  for (const std::size_t number : numbers) out += (out.empty() ? "" : ", ") + record_link(number);
  return out;
}

std::string guidelines_html(std::span<const Entry> entries) {
  std::string items;
  for (const Guideline& guideline : guidelines(entries))
    items += fmt::format("<li>{}: {} {}.</li>\n", marked_up(guideline.text),
                         guideline.records.size() == 1 ? "record" : "records",
                         record_links(guideline.records));
  if (!items.empty()) return "<ul>\n" + items + "</ul>\n";
  return "<p>These records bear out no sentence: every difference is within its noise.</p>\n";
}

std::string ablations_html(std::span<const Entry> entries, const std::string& store) {
  std::string out;
  for (const Ablation& ablation : ablations(entries, store)) out += ablation_html(ablation, store);
  return out.empty() ? "<p>No stack was measured.</p>\n" : out;
}

std::string curves_html(std::span<const Entry> entries) {
  std::string rows;
  for (const auto& group : by_context(entries))
    for (const SparsityCurve& curve : sparsity_curves(group))
      for (const SparsityCurve::Point& point : curve.points) {
        const std::size_t numbers[] = {point.sparse->number, point.dense->number};
        rows += row({html_escaped(curve.model), html_escaped(curve.device), code(curve.format),
                     fmt::format("{:.1f}", 100 * point.zeros), times_text(point.times),
                     record_links(numbers)});
      }
  if (rows.empty())
    return "<p>No sparse format stands beside <code>dense</code> at the same compression.</p>\n";
  return table("Sparse formats beside dense, fastest stack against fastest stack",
               {"network", "device", "format", "zeros %", "times as fast", "records"}, rows);
}

std::string refusals_html(std::span<const Entry> entries) {
  std::string refused, dropped;
  for (const Entry& e : entries)
    if (e.record.refused())
      (was_dropped(e.record) ? dropped : refused) +=
          row({record_link(e.number), code(e.record.text("stack")),
               html_escaped(e.record.text("refused"))});
  const auto listed = [](const char* caption, const std::string& rows) {
    return rows.empty() ? std::string() : table(caption, {"record", "stack", "why"}, rows);
  };
  const std::string both = listed("Stacks that no layer accepts", refused) +
                           listed("Stacks that a search screened and did not measure", dropped);
  return both.empty() ? "<p>No stack was refused.</p>\n" : both;
}

std::string machines_html(std::span<const Entry> entries) {
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const Entry& e : entries) ++places[{e.record.text("machine"), e.record.text("commit")}];
  std::string rows;
  for (const auto& [place, count] : places)
    rows += row({html_escaped(place.first), html_escaped(place.second), std::to_string(count)});
  return table("Machines and versions", {"machine", "dlis", "stacks"}, rows);
}

}  // namespace dlis
