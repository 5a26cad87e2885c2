// Whether a format pays: each against `dense`, at the same model, technique, device and threads.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "dlis/explore/report.h"
#include "dlis/explore/table.h"

namespace dlis {
namespace {

struct Place {  // what the two stacks have in common, apart from the zeros
  std::string model, device, format;
  friend auto operator<=>(const Place&, const Place&) = default;
};
struct Duel {
  std::string compress;
  double zeros = 0;  // share
  const Record* dense = nullptr;
  const Record* other = nullptr;
  double times() const { return *dense->number("median_ms") / *other->number("median_ms"); }
};

// Half the 95 % interval of a median, from the faster half of the runs: other processes only add
// time, so the slower half says little. 1.2533 sigma / sqrt(n) is the median's standard error, and
// p10 lies 1.2816 sigma below the median.
double half_interval(const Record& r) {
  const double median = *r.number("median_ms"), p10 = r.number("p10_ms").value_or(median);
  const double runs = std::max(1.0, r.number("runs").value_or(1));
  return 1.96 * 1.2533 * (median - p10) / 1.2816 / std::sqrt(runs);
}

bool is_faster(const Record& a, const Record& b) {
  const bool apart =
      *a.number("median_ms") + half_interval(a) < *b.number("median_ms") - half_interval(b);
  return apart && a.number("p10_ms") <= b.number("p10_ms");
}

// "even" where the intervals of the medians meet: that difference may be noise.
const char* verdict(const Duel& duel) {
  if (is_faster(*duel.other, *duel.dense)) return "faster";
  return is_faster(*duel.dense, *duel.other) ? "slower" : "even";
}

// A model's file without its folders.
std::string short_name(const std::string& model) {
  const std::size_t end = model.find('?');
  return model.substr(model.rfind('/', end) + 1);
}

// The fastest record of a format, everything else but compute and schedule equal.
const Record* fastest(std::span<const Record> records, const Record& like,
                      const std::string& format) {
  const Record* found = nullptr;
  for (const Record& r : records) {
    if (r.refused() || !r.number("median_ms") || r.text("format") != format) continue;
    if (r.text("model") != like.text("model") || r.text("compress") != like.text("compress"))
      continue;
    if (device_of(r) != device_of(like) || r.number("batch") != like.number("batch")) continue;
    if (!found || r.number("median_ms") < found->number("median_ms")) found = &r;
  }
  return found;
}

std::map<Place, std::vector<Duel>> duels_of(std::span<const Record> records) {
  std::map<Place, std::vector<Duel>> duels;
  for (const Record& record : records) {
    const std::string format = record.text("format");
    if (record.refused() || format == "dense" || format == "auto") continue;
    auto& list = duels[{record.text("model"), device_of(record), format}];
    const auto same = [&](const Duel& duel) { return duel.compress == record.text("compress"); };
    const Record* dense = fastest(records, record, "dense");
    const Record* other = fastest(records, record, format);
    if (!dense || !other || std::any_of(list.begin(), list.end(), same)) continue;
    list.push_back(
        {record.text("compress"), 1 - record.number("density").value_or(1), dense, other});
  }
  for (auto& [place, list] : duels)
    std::stable_sort(list.begin(), list.end(), [](auto& a, auto& b) { return a.zeros < b.zeros; });
  return duels;
}

// The share of zeros from which on the format was faster each time it was measured.
std::string conclusion(const Place& place, const std::vector<Duel>& list) {
  std::optional<double> from;
  for (auto duel = list.rbegin(); duel != list.rend() && verdict(*duel) == std::string("faster");
       ++duel)
    from = duel->zeros;
  const std::string where = fmt::format("{} on {}", short_name(place.model), place.device);
  if (from)
    return fmt::format("{}: {} is faster from {:.0f} % zeros on", where, place.format, 100 * *from);
  return fmt::format("{}: {} is not faster up to {:.0f} % zeros", where, place.format,
                     100 * list.back().zeros);
}

}  // namespace

std::string formats_table(std::span<const Record> records) {
  std::vector<std::vector<std::string>> lines{
      {"model", "device", "format", "compress", "zeros %", "dense ms", "ms", "times as fast", ""}};
  std::string conclusions;
  for (const auto& [place, list] : duels_of(records)) {
    for (const Duel& duel : list)
      lines.push_back({short_name(place.model), place.device, place.format, duel.compress,
                       fmt::format("{:.1f}", 100 * duel.zeros),
                       fmt::format("{:.4g}", *duel.dense->number("median_ms")),
                       fmt::format("{:.4g}", *duel.other->number("median_ms")),
                       fmt::format("{:.2f}", duel.times()), verdict(duel)});
    if (!list.empty()) conclusions += conclusion(place, list) + '\n';
  }
  return lines.size() > 1 ? text_table(lines, "llllrrrrl") + conclusions : "";
}

}  // namespace dlis
