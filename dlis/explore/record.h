// What is known of one evaluated stack; the fields are the columns of the store and of every table.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

using Field = std::variant<std::monostate, double, std::int64_t, std::string>;  // monostate: null

// Columns in order, from record_fields.inc: DLIS_FIELD(name, kind, unit).
struct FieldSpec {
  const char* name;
  enum class Kind { text, integer, real } kind;
  const char* summary;
};
std::span<const FieldSpec> record_fields();

struct Record {
  std::map<std::string, Field, std::less<>> values;  // only names of record_fields()
  void set(std::string_view name, Field value);
  std::optional<double> number(std::string_view name) const;
  std::string text(std::string_view name) const;
  bool refused() const { return !text("refused").empty(); }
};

std::string to_json(const Record& record);  // one line, every field, null where not measured
Result<Record> record_from_json(std::string_view text);
std::string csv_header();
std::string to_csv(const Record& record);

}  // namespace dlis
