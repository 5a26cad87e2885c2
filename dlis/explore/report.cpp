// The table of stacks.
#include "dlis/explore/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "dlis/base/text.h"
#include "dlis/explore/pareto.h"
#include "dlis/explore/screening.h"
#include "dlis/explore/stack.h"
#include "dlis/explore/table.h"

namespace dlis {
namespace {

constexpr int kDensity = 8;  // its column

std::string cell(const Record& record, const char* field, int digits, double factor = 1) {
  const auto value = record.number(field);
  return value ? fmt::format("{:.{}f}", *value * factor, digits) : "-";
}

// Three significant digits or so, whatever the size of the network.
int digits_for(double milliseconds) {
  return milliseconds < 1 ? 4 : milliseconds < 10 ? 3 : milliseconds < 100 ? 2 : 1;
}

std::string time_cell(const Record& record, const char* field) {
  const auto median = record.number("median_ms");
  return median ? cell(record, field, digits_for(*median)) : "-";
}

// Where all networks have the same share of non-zero weights a column of it says nothing.
bool density_varies(std::span<const Record> records) {
  std::set<double> densities;
  for (const Record& record : records)
    if (const auto density = record.number("density")) densities.insert(*density);
  return densities.size() > 1;
}

// Without labels the agreement with the uncompressed network stands where the accuracy would.
const char* quality_of(std::span<const Record> records) {
  for (const Record& record : records)
    if (record.number("top1")) return "top1";
  for (const Record& record : records)
    if (record.number("agreement")) return "agreement";
  return "top1";
}

// Columns that depend on the records.
struct Shown {
  const char* quality;
  bool density;
};

std::vector<std::string> header(const Shown& shown) {
  std::vector<std::string> cells{"",
                                 "#",
                                 "compress",
                                 "format",
                                 "compute",
                                 "schedule",
                                 "device",
                                 shown.quality + std::string(" %"),
                                 "density %",
                                 "median ms",
                                 "p10 ms",
                                 "p90 ms",
                                 "weights MiB",
                                 "peak MiB",
                                 "fallback %"};
  if (!shown.density) cells.erase(cells.begin() + kDensity);
  return cells;
}
constexpr std::string_view kAlign = "lrlllllrrrrrrrr";

std::vector<std::string> line_of(const Record& record, std::size_t number, const Shown& shown,
                                 bool on_front) {
  constexpr double kMiB = 1.0 / (1 << 20);
  std::vector<std::string> line{on_front ? "*" : "",     std::to_string(number),
                                record.text("compress"), record.text("format"),
                                record.text("compute"),  record.text("schedule"),
                                device_of(record)};
  for (std::string text : {cell(record, shown.quality, 2), cell(record, "density", 1, 100),
                           time_cell(record, "median_ms"), time_cell(record, "p10_ms"),
                           time_cell(record, "p90_ms"), cell(record, "weights_bytes", 2, kMiB),
                           cell(record, "peak_bytes", 2, kMiB), cell(record, "fallback", 1, 100)})
    line.push_back(std::move(text));
  if (!shown.density) line.erase(line.begin() + kDensity);
  return line;
}

// Model by model, the fastest first, refused ones last; otherwise as they were stored.
std::vector<std::size_t> reading_order(std::span<const Record> records) {
  std::vector<std::string> models;
  for (const Record& record : records)
    if (std::find(models.begin(), models.end(), record.text("model")) == models.end())
      models.push_back(record.text("model"));
  auto place = [&](std::size_t i) {
    const auto model = std::find(models.begin(), models.end(), records[i].text("model"));
    const double slowest = std::numeric_limits<double>::infinity();
    return std::tuple(model, records[i].refused(),
                      records[i].number("median_ms").value_or(slowest));
  };
  std::vector<std::size_t> order(records.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
  return order;
}

// The model stands above the table already.
std::string refused_line(const Record& record) {
  const std::string stack = record.text("stack");
  const std::size_t bar = stack.find(" | ");
  const std::string why = record.text("refused");
  const std::string_view dropped = kDropped;
  return fmt::format("   {}{}: {}\n", was_dropped(record) ? dropped : std::string_view("refused: "),
                     bar == std::string::npos ? stack : stack.substr(bar + 3),
                     why.substr(was_dropped(record) ? dropped.size() : 0));
}

}  // namespace

std::vector<std::size_t> latest_places(std::span<const Record> records) {
  const auto question = [](const Record& record) {
    std::string text;
    for (const char* field : {"stack", "split", "machine"}) text += record.text(field) + '\n';
    for (const char* field : {"batch", "seed", "images"})
      text += fmt::format("{} ", record.number(field).value_or(-1));
    return text;
  };
  std::map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < records.size(); ++i) last[question(records[i])] = i;
  std::set<std::pair<std::string, std::string>> measured;  // by this search or another one
  for (const Record& record : records)
    if (!record.refused()) measured.emplace(record.text("stack"), record.text("machine"));
  std::vector<std::size_t> latest;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const bool outdated = was_dropped(records[i]) &&
                          measured.contains({records[i].text("stack"), records[i].text("machine")});
    if (last[question(records[i])] == i && !outdated) latest.push_back(i);
  }
  return latest;
}

std::vector<Record> latest_of(std::span<const Record> records) {
  std::vector<Record> latest;
  for (const std::size_t place : latest_places(records)) latest.push_back(records[place]);
  return latest;
}

std::string mixture_of(std::span<const Record> records) {
  std::map<std::string, std::string> versions;  // by build: commits may differ in texts only
  for (const Record& record : records) {
    const std::string commit = record.text("commit");
    const std::size_t plus = commit.find('+');
    versions.emplace(plus == std::string::npos ? commit : commit.substr(plus), commit);
  }
  if (versions.size() < 2) return "";
  std::vector<std::string> names;
  for (const auto& [build, commit] : versions) names.push_back(commit);
  return fmt::format(
      "These stacks were measured by {} versions of dlis ({}): explore again with one of them to "
      "compare their times.",
      names.size(), join(names, ", "));
}

std::string device_of(const Record& record) {
  Stack stack;
  stack.device = record.text("device");
  stack.threads = int(record.number("threads").value_or(0));
  return device_text(stack);
}

std::string table_of(std::span<const Record> records, std::span<const std::size_t> places) {
  const auto front = pareto_front(records);
  const auto order = reading_order(records);
  const Shown shown{quality_of(records), density_varies(records)};
  std::string text, refused;
  std::vector<std::vector<std::string>> lines{header(shown)};
  for (std::size_t at = 0; at < order.size(); ++at) {
    const Record& record = records[order[at]];
    const std::string model = record.text("model");
    const std::size_t place = places.empty() ? order[at] : places[order[at]];
    if (record.refused())
      refused += refused_line(record);
    else
      lines.push_back(
          line_of(record, place + 1, shown, std::count(front.begin(), front.end(), order[at]) > 0));
    if (at + 1 < order.size() && records[order[at + 1]].text("model") == model) continue;
    text += fmt::format("{}{}\n{}{}", text.empty() ? "" : "\n", model,
                        lines.size() > 1 ? text_table(lines, kAlign) : "", refused);
    lines.resize(1);
    refused.clear();
  }
  return text;
}

}  // namespace dlis
