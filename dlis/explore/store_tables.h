// The tables of a store, and how records lie in them. What SQLite throws passes through.
#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>

#include "dlis/explore/record.h"

namespace dlis {

// Whether nobody has made anything of it yet.
bool is_new(SQLite::Database& database);
// Table and version appear in one transaction: a file is a whole store or none. Two processes may
// come here at once; the second finds the first one's table.
void create_tables(SQLite::Database& database);
// For fields that the dlis that made it did not know. Two processes may come here at once; the
// second finds the first one's columns.
void add_missing_columns(SQLite::Database& database);

// Errors name `file`: no store, of another version; more than tables, so that reading it would run
// what the file says, which may never end.
Status check_version(SQLite::Database& database, const std::filesystem::path& file);
Status check_schema(SQLite::Database& database, const std::filesystem::path& file);
// Nothing that the file says is run, and no text is longer than any file that dlis reads.
void guard(SQLite::Database& database);

// The fields in order, as words of SQL; those that the store lacks are NULL.
std::string columns();
std::string columns_or_null(SQLite::Database& database);
// Of a statement that selects columns().
Record record_of(SQLite::Statement& row);
// As the parameters of a statement from `at` on.
void bind_record(SQLite::Statement& statement, int at, const Record& record);

}  // namespace dlis
