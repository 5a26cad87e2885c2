// Records to and from JSON and CSV, driven by record_fields.inc.
#include "dlis/explore/record.h"

#include <fmt/format.h>

#include <cmath>

#include "dlis/base/check.h"
#include "dlis/runtime/json.h"

namespace dlis {
namespace {

using Kind = FieldSpec::Kind;
using Json = nlohmann::ordered_json;

constexpr FieldSpec kFields[] = {
#define DLIS_FIELD(name, kind, unit, summary) {#name, Kind::kind, unit, summary},
#include "dlis/explore/record_fields.inc"
#undef DLIS_FIELD
};

[[maybe_unused]] bool fits(Kind kind, const Field& value) {
  if (std::holds_alternative<std::monostate>(value)) return true;
  if (kind == Kind::text) return std::holds_alternative<std::string>(value);
  if (kind == Kind::integer) return std::holds_alternative<std::int64_t>(value);
  return std::holds_alternative<double>(value);
}

const Field& value_of(const Record& record, std::string_view name) {
  static const Field null;
  auto found = record.values.find(name);
  return found == record.values.end() ? null : found->second;
}

Json json_of(const Field& value) {
  if (auto* text = std::get_if<std::string>(&value)) return *text;
  if (auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (auto* real = std::get_if<double>(&value); real && std::isfinite(*real)) return *real;
  return nullptr;
}

// Monostate where the value is null or of another kind.
Field field_of(const Json& value, Kind kind) {
  if (kind == Kind::text && value.is_string()) return value.get<std::string>();
  if (kind == Kind::integer && value.is_number_integer()) return value.get<std::int64_t>();
  if (kind == Kind::real && value.is_number()) return value.get<double>();
  return {};
}

std::string csv_cell(const Field& value) {
  if (auto* real = std::get_if<double>(&value))
    return std::isfinite(*real) ? fmt::format("{}", *real) : "";
  if (auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  auto* text = std::get_if<std::string>(&value);
  if (!text || text->find_first_of("\",\r\n") == std::string::npos) return text ? *text : "";
  std::string quoted = "\"";
  for (char c : *text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace

std::span<const FieldSpec> record_fields() { return kFields; }

const FieldSpec* find_field(std::string_view name) {
  for (const FieldSpec& field : kFields)
    if (name == field.name) return &field;
  return nullptr;
}

void Record::set(std::string_view name, Field value) {
  const FieldSpec* spec = find_field(name);
  DLIS_ASSERT(spec != nullptr);
  if (!spec) return;
  auto* integer = std::get_if<std::int64_t>(&value);
  if (integer && spec->kind == Kind::real) value = double(*integer);
  DLIS_ASSERT(fits(spec->kind, value));
  if (std::holds_alternative<std::monostate>(value))
    values.erase(std::string(name));
  else
    values.insert_or_assign(std::string(name), std::move(value));
}

std::optional<double> Record::number(std::string_view name) const {
  const Field& value = value_of(*this, name);
  if (auto* real = std::get_if<double>(&value)) return *real;
  if (auto* integer = std::get_if<std::int64_t>(&value)) return double(*integer);
  return std::nullopt;
}

std::string Record::text(std::string_view name) const {
  auto* text = std::get_if<std::string>(&value_of(*this, name));
  return text ? *text : std::string();
}

std::string to_json(const Record& record) {
  Json object = Json::object();
  for (const FieldSpec& field : kFields) object[field.name] = json_of(value_of(record, field.name));
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Record> record_from_json(std::string_view text) {
  Json object = parse_json<Json>(text);
  if (!object.is_object()) return fail("this is not a record: expected one JSON object");
  Record record;
  for (const auto& [name, value] : object.items()) {
    const FieldSpec* spec = find_field(name);
    if (!spec) return fail(fmt::format("a record has no field '{}'", name));
    Field field = field_of(value, spec->kind);
    if (std::holds_alternative<std::monostate>(field) && !value.is_null())
      return fail(fmt::format("field '{}' has a value of another kind: {}", name, value.dump()));
    record.set(name, std::move(field));
  }
  return record;
}

std::string csv_header() {
  std::string line;
  for (const FieldSpec& field : kFields)
    line += (line.empty() ? "" : ",") + std::string(field.name);
  return line;
}

std::string to_csv(const Record& record) {
  std::string line;
  for (const FieldSpec& field : kFields)
    line += (&field == kFields ? "" : ",") + csv_cell(value_of(record, field.name));
  return line;
}

}  // namespace dlis
