// What is known of one evaluated stack; the fields are the columns of the store and of every table.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "dlis/base/result.h"

namespace dlis {

using Field = std::variant<std::monostate, double, std::int64_t, std::string>;  // monostate: null

// One line of record_fields.inc.
struct FieldSpec {
  const char* name;
  enum class Kind { text, integer, real } kind;
  const char* unit;  // "ms", "bytes", "percent", "share"; empty: none
  const char* summary;
};
std::span<const FieldSpec> record_fields();
const FieldSpec* find_field(std::string_view name);

// The fields of one evaluated stack.
struct Record {
  std::map<std::string, Field, std::less<>> values;  // only names of record_fields(); absent: null

  // Asserts that the field exists and that the value is of its kind (an integer may be set as
  // real).
  void set(std::string_view name, Field value);
  std::optional<double> number(std::string_view name) const;  // integers as well
  std::string text(std::string_view name) const;              // empty where null
  bool refused() const { return !text("refused").empty(); }
  friend bool operator==(const Record&, const Record&) = default;
};

// One line, every field in order, null where not measured (or not finite).
std::string to_json(const Record& record);
// Errors: not a JSON object, an unknown field, a value of another kind.
Result<Record> record_from_json(std::string_view text);

// RFC 4180, the fields in order; null is empty.
std::string csv_header();
std::string to_csv(const Record& record);

}  // namespace dlis
