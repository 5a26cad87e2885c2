// Words of SQL for records.
#include "dlis/explore/store_tables.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <set>
#include <vector>

#include "dlis/base/limits.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

constexpr int kApplicationId = 0x646c6973;  // "dlis"
constexpr int kVersion = 1;                 // of what the columns mean; missing ones are null

const char* sql_type(FieldSpec::Kind kind) {
  switch (kind) {
    case FieldSpec::Kind::text:
      return "TEXT";
    case FieldSpec::Kind::integer:
      return "INTEGER";
    case FieldSpec::Kind::real:
      return "REAL";
  }
  return "";
}

// Quoted, because `commit` is a word of SQL.
std::string column(const FieldSpec& field) { return fmt::format("\"{}\"", field.name); }

// An earlier dlis knew fewer fields.
std::set<std::string> columns_in(SQLite::Database& database) {
  std::set<std::string> names;
  SQLite::Statement query(database, "PRAGMA table_info(records)");
  while (query.executeStep()) names.insert(query.getColumn(1).getString());
  return names;
}

std::vector<const FieldSpec*> missing_in(SQLite::Database& database) {
  const auto there = columns_in(database);
  std::vector<const FieldSpec*> missing;
  for (const FieldSpec& field : record_fields())
    if (!there.count(field.name)) missing.push_back(&field);
  return missing;
}

std::string create_sql() {
  std::string sql = "CREATE TABLE records (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE";
  for (const FieldSpec& field : record_fields())
    sql += fmt::format(", \"{}\" {}", field.name, sql_type(field.kind));
  return sql + ")";
}

Field field_of(const SQLite::Column& column, FieldSpec::Kind kind) {
  if (column.isNull()) return {};
  switch (kind) {
    case FieldSpec::Kind::text:
      return column.getString();
    case FieldSpec::Kind::integer:
      return std::int64_t(column.getInt64());
    case FieldSpec::Kind::real:
      return column.getDouble();
  }
  return {};
}

void bind_field(SQLite::Statement& statement, int at, const Field& value) {
  if (auto* text = std::get_if<std::string>(&value))
    statement.bind(at, *text);
  else if (auto* integer = std::get_if<std::int64_t>(&value))
    statement.bind(at, *integer);
  else if (auto* real = std::get_if<double>(&value))
    statement.bind(at, *real);
  else
    statement.bind(at);
}

}  // namespace

bool is_new(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0 &&
         database.execAndGet("PRAGMA application_id").getInt() == 0;
}

void create_tables(SQLite::Database& database) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (database.tableExists("records")) return;
  database.exec(create_sql());
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec(fmt::format("PRAGMA user_version = {}", kVersion));
  transaction.commit();
}

void add_missing_columns(SQLite::Database& database) {
  if (missing_in(database).empty()) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  for (const FieldSpec* field : missing_in(database))
    database.exec(
        fmt::format("ALTER TABLE records ADD COLUMN {} {}", column(*field), sql_type(field->kind)));
  transaction.commit();
}

Status check_version(SQLite::Database& database, const std::filesystem::path& file) {
  const int id = database.execAndGet("PRAGMA application_id");
  const int version = database.execAndGet("PRAGMA user_version");
  if (id != kApplicationId)
    return fail("this database is not a store of dlis", file.string(), "name another file");
  if (version != kVersion)
    return fail(
        fmt::format("the store has version {}, this dlis has version {}", version, kVersion),
        file.string(), "name another file, or use the dlis that wrote it");
  return {};
}

Status check_schema(SQLite::Database& database, const std::filesystem::path& file) {
  const int odd = database.execAndGet(
      "SELECT count(*) FROM sqlite_master WHERE (type = 'index' AND sql IS NOT NULL) OR "
      "type NOT IN ('table', 'index') OR (type = 'table' AND (sql LIKE 'CREATE VIRTUAL%' OR "
      "sql LIKE '%AS (%' OR sql LIKE '%AS(%'))");
  if (odd == 0) return {};
  return fail("this store holds more than tables of records", file.string(), "name another file");
}

void guard(SQLite::Database& database) {
  sqlite3_limit(database.getHandle(), SQLITE_LIMIT_LENGTH, int(kMostTextBytes));
  database.exec("PRAGMA trusted_schema = OFF");
}

std::string columns() {
  std::vector<std::string> names;
  for (const FieldSpec& field : record_fields()) names.push_back(column(field));
  return join(names, ", ");
}

std::string columns_or_null(SQLite::Database& database) {
  const auto there = columns_in(database);
  std::vector<std::string> names;
  for (const FieldSpec& field : record_fields())
    names.push_back(there.count(field.name) ? column(field) : "NULL");
  return join(names, ", ");
}

Record record_of(SQLite::Statement& row) {
  Record record;
  int at = 0;
  for (const FieldSpec& field : record_fields())
    record.set(field.name, field_of(row.getColumn(at++), field.kind));
  return record;
}

void bind_record(SQLite::Statement& statement, int at, const Record& record) {
  for (const FieldSpec& field : record_fields()) {
    const auto found = record.values.find(field.name);
    bind_field(statement, at++, found == record.values.end() ? Field{} : found->second);
  }
}

}  // namespace dlis
