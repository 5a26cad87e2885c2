// Curves of sparse formats, and the sentence that each bears out.
#include "dlis/explore/report/sparsity.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dlis/explore/report.h"
#include "dlis/explore/report/guidelines.h"
#include "dlis/format/encoded.h"

namespace dlis {
namespace {

bool is_sparse(const std::string& format) {
  return std::ranges::any_of(formats(),
                             [&](const Format* f) { return f->name == format && f->sparse; });
}

// By compression, then format: the fastest whatever the algorithm and the schedule.
using Fastest = std::map<std::string, std::map<std::string, const Entry*>>;

Fastest fastest_on(std::span<const Entry> entries, const std::string& device) {
  Fastest fastest;
  for (const Entry& e : entries) {
    if (device_of(e.record) != device) continue;
    const Entry*& best = fastest[e.record.text("compress")][e.record.text("format")];
    if (!best || *e.record.number("median_ms") < *best->record.number("median_ms")) best = &e;
  }
  return fastest;
}

void add_points(const std::string& device, const Fastest& fastest,
                std::vector<SparsityCurve>& curves) {
  std::map<std::string, SparsityCurve> by_format;
  for (const auto& [compress, formats] : fastest) {
    const auto dense = formats.find("dense");
    if (dense == formats.end()) continue;
    for (const auto& [format, entry] : formats) {
      const auto density = entry->record.number("density");
      if (!is_sparse(format) || !density) continue;
      SparsityCurve& curve = by_format[format];
      curve.model = entry->record.text("model");
      curve.device = device;
      curve.format = format;
      curve.points.push_back({1 - *density, times_as_fast(entry->record, dense->second->record),
                              entry, dense->second});
    }
  }
  for (auto& [format, curve] : by_format) {
    std::ranges::stable_sort(curve.points, {}, &SparsityCurve::Point::zeros);
    curves.push_back(std::move(curve));
  }
}

std::string point_text(const SparsityCurve::Point& point) {
  return fmt::format("{:.0f} % zeros", 100 * point.zeros);
}

}  // namespace

const SparsityCurve::Point* SparsityCurve::pays_from() const {
  const Point* from = nullptr;
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (!is_surely_above(point->times, 1)) break;
    from = &*point;
  }
  return from;
}

std::vector<SparsityCurve> sparsity_curves(std::span<const Entry> entries) {
  std::vector<std::string> devices;
  for (const Entry& e : entries)
    if (std::ranges::find(devices, device_of(e.record)) == devices.end())
      devices.push_back(device_of(e.record));
  std::vector<SparsityCurve> curves;
  for (const std::string& device : devices) add_points(device, fastest_on(entries, device), curves);
  return curves;
}

std::vector<Guideline> sparsity_guidelines(std::span<const Entry> entries) {
  std::vector<Guideline> out;
  for (const SparsityCurve& curve : sparsity_curves(entries)) {
    const SparsityCurve::Point* from = curve.pays_from();
    const SparsityCurve::Point& last = curve.points.back();
    if (from)
      out.push_back(
          {fmt::format("On {}, `{}` is faster than `dense` from {} on: {} as fast there",
                       curve.device, curve.format, point_text(*from), times_text(from->times)),
           {from->sparse->number, from->dense->number}});
    else if (is_surely_below(last.times, 1))
      out.push_back(
          {fmt::format("On {}, `{}` does not pay up to {}: even there it is {} as fast "
                       "as `dense`",
                       curve.device, curve.format, point_text(last), times_text(last.times)),
           {last.sparse->number, last.dense->number}});
  }
  return out;
}

}  // namespace dlis
