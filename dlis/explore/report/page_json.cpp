// Records as the page's script reads them.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "dlis/explore/html.h"
#include "dlis/explore/layers.h"
#include "dlis/explore/report/page_parts.h"
#include "dlis/explore/report/sparsity.h"

namespace dlis {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(FieldSpec::Kind kind) {
  return kind == FieldSpec::Kind::text      ? "text"
         : kind == FieldSpec::Kind::integer ? "integer"
                                            : "real";
}

Json fields_json() {
  Json fields = Json::array();
  for (const FieldSpec& field : record_fields())
    fields.push_back({{"name", field.name},
                      {"kind", name_of(field.kind)},
                      {"unit", field.unit},
                      {"summary", field.summary}});
  return fields;
}

Json record_json(const Entry& entry, std::size_t group) {
  const Record& record = entry.record;
  Json out{{"number", entry.number}, {"group", group}};
  const Json all = Json::parse(to_json(record));
  for (const auto& [name, value] : all.items())
    if (!value.is_null()) out[name] = value;
  if (const auto top1 = top1_of(record)) {
    out["top1_low"] = top1->low;
    out["top1_high"] = top1->high;
  }
  // What is there but unreadable is as good as not there: the page says that it has no layers.
  out.erase("layers");
  if (layers_from_json(record.text("layers"))) out["layers"] = Json::parse(record.text("layers"));
  return out;
}

Json curves_json(std::span<const Entry> entries) {
  Json curves = Json::array();
  for (const auto& group : by_context(entries))
    for (const SparsityCurve& curve : sparsity_curves(group)) {
      Json points = Json::array();
      for (const auto& point : curve.points)
        points.push_back({{"zeros", 100 * point.zeros},
                          {"value", point.times.value},
                          {"low", point.times.low},
                          {"high", point.times.high},
                          {"records", {point.sparse->number, point.dense->number}}});
      curves.push_back({{"name", curve.format + " on " + curve.device},
                        {"model", curve.model},
                        {"points", points}});
    }
  return curves;
}

// Agreement with the uncompressed network says nothing beside that of another network.
std::string group_of(const Record& record) {
  return record.number("top1") ? setting_of(record) : context_of(record);
}

}  // namespace

std::string page_json(std::span<const Entry> entries) {
  std::map<std::string, std::size_t> groups;
  Json records = Json::array();
  for (const Entry& e : entries)
    records.push_back(
        record_json(e, groups.emplace(group_of(e.record), groups.size()).first->second));
  const Json page{
      {"fields", fields_json()}, {"records", records}, {"curves", curves_json(entries)}};
  return script_safe(page.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace));
}

}  // namespace dlis
