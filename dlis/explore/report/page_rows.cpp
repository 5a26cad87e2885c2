// The table of stacks: every record a row, whose last cell tells how it came about.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dlis/explore/html.h"
#include "dlis/explore/pareto.h"
#include "dlis/explore/report.h"
#include "dlis/explore/report/page_parts.h"

namespace dlis {
namespace {

struct Column {
  const char* field;  // what the script sorts by
  const char* title;
  double factor;  // of numbers; 0: text
  int digits;     // after the point; -1: four that count
};
constexpr double kMiB = 1.0 / (1 << 20);
constexpr std::array kColumns{Column{"number", "record", 1, 0},
                              Column{"front", "front", 0, 0},
                              Column{"model", "network", 0, 0},
                              Column{"compress", "compress", 0, 0},
                              Column{"format", "format", 0, 0},
                              Column{"compute", "compute", 0, 0},
                              Column{"schedule", "schedule", 0, 0},
                              Column{"device", "device", 0, 0},
                              Column{"top1", "top-1 %", 1, 2},
                              Column{"agreement", "agreement %", 1, 2},
                              Column{"density", "density %", 100, 1},
                              Column{"median_ms", "median ms", 1, -1},
                              Column{"p10_ms", "p10 ms", 1, -1},
                              Column{"p90_ms", "p90 ms", 1, -1},
                              Column{"weights_bytes", "weights MiB", kMiB, 2},
                              Column{"peak_bytes", "peak MiB", kMiB, 2},
                              Column{"file_bytes", "file MiB", kMiB, 2},
                              Column{"energy_mj", "energy mJ", 1, -1},
                              Column{"fallback", "fallback %", 100, 1}};

std::string text_cell(const Record& record, const Column& column, bool on_front) {
  const std::string_view field = column.field;
  if (field == "front") return on_front ? "*" : "";
  return html_escaped(field == "device" ? device_of(record) : record.text(field));
}

std::string number_text(double value, const Column& column) {
  if (column.digits >= 0) return fmt::format("{:.{}f}", value * column.factor, column.digits);
  return fmt::format("{:#.4g}", value);
}

std::string number_cell(const Entry& entry, const Column& column) {
  const bool is_place = column.field == std::string_view("number");
  const auto value =
      is_place ? std::optional(double(entry.number)) : entry.record.number(column.field);
  if (!value) return "<td class=\"n\"></td>";
  std::string text = number_text(*value, column);
  if (column.field == std::string_view("top1"))
    if (const auto top1 = top1_of(entry.record))
      text += fmt::format(" <small>[{:.1f}, {:.1f}]</small>", top1->low, top1->high);
  return fmt::format("<td class=\"n\" data-value=\"{}\">{}</td>", *value, text);
}

// A record that was not made by `dlis evaluate` or by an earlier version has no command.
std::string origin_cell(const Record& record) {
  const std::string command = record.text("command");
  return fmt::format(
      "<td class=\"origin\"><details><summary>how</summary>{}<p>{}</p><p>dlis "
      "{}</p></details></td>",
      command.empty() ? "<p>the command was not kept</p>"
                      : "<code>" + html_escaped(command) + "</code>",
      html_escaped(record.text("machine")), html_escaped(record.text("commit")));
}

// A number that no record has is no column.
bool is_shown(std::span<const Entry> entries, const Column& column) {
  if (column.factor == 0 || column.field == std::string_view("number")) return true;
  return std::ranges::any_of(
      entries, [&](const Entry& e) { return e.record.number(column.field).has_value(); });
}

}  // namespace

std::string record_rows_html(std::span<const Entry> entries) {
  std::vector<Record> records;
  for (const Entry& e : entries) records.push_back(e.record);
  const auto front = pareto_front(records);
  std::string head, body;
  for (const Column& column : kColumns)
    if (is_shown(entries, column))
      head += fmt::format("<th scope=\"col\" data-field=\"{}\"{}>{}</th>", column.field,
                          column.factor > 0 ? " class=\"n\"" : "", column.title);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& e = entries[i];
    body += fmt::format("<tr id=\"record-{0}\" data-number=\"{0}\"{1}>", e.number,
                        e.record.refused() ? " class=\"refused\"" : "");
    for (const Column& column : kColumns) {
      if (!is_shown(entries, column)) continue;
      const bool on_front = std::ranges::count(front, i) > 0;
      body += column.factor > 0 ? number_cell(e, column)
                                : "<td>" + text_cell(e.record, column, on_front) + "</td>";
    }
    body += origin_cell(e.record) + "</tr>\n";
  }
  return "<thead><tr>" + head + "<th scope=\"col\">origin</th></tr></thead>\n<tbody>\n" + body +
         "</tbody>\n";
}

}  // namespace dlis
