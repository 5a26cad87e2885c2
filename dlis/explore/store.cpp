// Opens stores, writes and reads; every exception of SQLite becomes one sentence here.
#include "dlis/explore/store.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cctype>

#include "dlis/base/file.h"
#include "dlis/explore/store_tables.h"

namespace dlis {

namespace fs = std::filesystem;

struct Store::State {
  fs::path file;
  SQLite::Database database;
};

namespace {

constexpr int kPatienceMs = 10'000;  // for another process's transaction

Error explained(const SQLite::Exception& error, const fs::path& file) {
  switch (error.getErrorCode()) {
    case SQLITE_NOTADB:
      return {"this is not a database", file.string(), "name another file for the store"};
    case SQLITE_CORRUPT:
      return {"the store is damaged", file.string(), "move it away and explore again"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {"another process holds the store", file.string(), "wait for it or name another file"};
    case SQLITE_FULL:
      return {"the disk is full", file.string(),
              "free some space and run the same command: finished records are kept"};
    case SQLITE_IOERR:
      return {fmt::format("the disk does not take or give the store ({})", error.what()),
              file.string(), "check its free space; finished records are kept"};
    case SQLITE_READONLY:
      return {"no permission to write the store", file.string(), "check its mode and its folder's"};
    case SQLITE_CANTOPEN:
      return {"the store cannot be opened", file.string(),
              "check that its folder exists and can be written"};
    default:
      return {fmt::format("the store failed ({})", error.what()), file.string(), ""};
  }
}

// Runs `body` and turns what SQLite throws into an Error.
template <class Body>
auto guarded(const fs::path& file, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const SQLite::Exception& error) {
    return tl::unexpected(explained(error, file));
  } catch (const std::exception& error) {
    return fail(fmt::format("the store failed ({})", error.what()), file.string());
  }
}

// SQLite would wait at a pipe, and keep a store without a name in memory.
Status check_kind(const fs::path& file) {
  if (file.empty()) return fail("the store has no name", "", "name a file for it");
  if (!file.has_filename())
    return fail("this names a folder, not a store", file.string(), "name a file in it");
  std::error_code ignored;
  const auto status = fs::status(file, ignored);
  if (fs::is_directory(status))
    return fail("this is a folder, not a store", file.string(), "name a file in it");
  if (fs::exists(status) && !fs::is_regular_file(status))
    return fail("this is not a regular file", file.string(), "name another file for the store");
  return {};
}

// Absolute, so that no name means something else to SQLite (":memory:", "file:...?mode=memory").
std::string name_of_file(const fs::path& file) { return fs::absolute(file).string(); }

// Opened like this a file needs no other beside it; nobody may write it meanwhile.
std::string immutable_uri(const fs::path& file) {
  std::string uri = "file:";
  for (const unsigned char c : fs::absolute(file).string())
    uri += std::isalnum(c) || c == '/' ? std::string(1, char(c)) : fmt::format("%{:02x}", c);
  return uri + "?immutable=1";
}

// Records that a killed exploration left in the log would be missing.
Status check_unchanging(const fs::path& file) {
  std::error_code error;
  const auto log = fs::file_size(file.string() + "-wal", error);
  if (error || log == 0) return {};
  return fail("its last records are in its -wal file, which a read-only folder cannot take in",
              file.string(), "copy both files to a folder that can be written");
}

// A table of its own, so that stores without it stay stores.
void put_seconds(SQLite::Database& database, const std::string& key, double seconds) {
  database.exec("CREATE TABLE IF NOT EXISTS costs (key TEXT PRIMARY KEY, seconds REAL)");
  SQLite::Statement insert(database, "INSERT INTO costs VALUES (?, ?) ON CONFLICT DO NOTHING");
  insert.bind(1, key);
  insert.bind(2, seconds);
  insert.exec();
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Status Store::check_place(const fs::path& file) {
  DLIS_TRY(check_kind(file));
  return check_writable(file);
}

Result<Store> Store::open(const fs::path& file) {
  DLIS_TRY(check_kind(file));
  return guarded(file, [&]() -> Result<Store> {
    const int flags = SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
    auto state = std::unique_ptr<State>(new State{file, {name_of_file(file), flags, kPatienceMs}});
    SQLite::Database& database = state->database;
    guard(database);
    if (is_new(database)) create_tables(database);
    DLIS_TRY(check_version(database, file));
    DLIS_TRY(check_schema(database, file));
    add_missing_columns(database);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");  // a record survives power loss as well
    return Store(std::move(state));
  });
}

Result<Store> Store::open_existing(const fs::path& file) {
  DLIS_TRY(check_kind(file));
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return fail("there is no such file", file.string(), "`dlis explore -o FILE` writes one");
  return guarded(file, [&]() -> Result<Store> {
    const int flags = SQLite::OPEN_READONLY;
    auto state = std::unique_ptr<State>(new State{file, {name_of_file(file), flags, kPatienceMs}});
    try {
      DLIS_TRY(check_version(state->database, file));
    } catch (const SQLite::Exception& error) {
      // Readers of a WAL store share a file beside it, which a read-only folder does not take.
      if (error.getErrorCode() != SQLITE_CANTOPEN && error.getErrorCode() != SQLITE_READONLY) throw;
      DLIS_TRY(check_unchanging(file));
      state.reset(new State{file, {immutable_uri(file), flags | SQLite::OPEN_URI, kPatienceMs}});
      DLIS_TRY(check_version(state->database, file));
    }
    guard(state->database);
    DLIS_TRY(check_schema(state->database, file));
    return Store(std::move(state));
  });
}

Result<bool> Store::has(const std::string& key) const {
  return guarded(state_->file, [&]() -> Result<bool> {
    SQLite::Statement query(state_->database, "SELECT 1 FROM records WHERE key = ?");
    query.bind(1, key);
    return query.executeStep();
  });
}

Status Store::put(const std::string& key, const Record& record, double seconds) {
  return guarded(state_->file, [&]() -> Status {
    SQLite::Transaction transaction(state_->database, SQLite::TransactionBehavior::IMMEDIATE);
    std::string places = "?";
    for (std::size_t i = 0; i < record_fields().size(); ++i) places += ", ?";
    SQLite::Statement insert(state_->database,
                             fmt::format("INSERT INTO records (key, {}) VALUES ({}) "
                                         "ON CONFLICT (key) DO NOTHING",
                                         columns(), places));
    insert.bind(1, key);
    bind_record(insert, 2, record);
    if (insert.exec() > 0 && seconds > 0) put_seconds(state_->database, key, seconds);
    transaction.commit();
    return {};
  });
}

Result<std::optional<Record>> Store::get(const std::string& key) const {
  return guarded(state_->file, [&]() -> Result<std::optional<Record>> {
    SQLite::Statement query(state_->database, fmt::format("SELECT {} FROM records WHERE key = ?",
                                                          columns_or_null(state_->database)));
    query.bind(1, key);
    if (!query.executeStep()) return std::nullopt;
    return record_of(query);
  });
}

Result<double> Store::seconds_of(const std::string& key) const {
  return guarded(state_->file, [&]() -> Result<double> {
    if (!state_->database.tableExists("costs")) return 0;
    SQLite::Statement query(state_->database, "SELECT seconds FROM costs WHERE key = ?");
    query.bind(1, key);
    return query.executeStep() ? query.getColumn(0).getDouble() : 0.0;
  });
}

// A table of its own, as the costs.
Status Store::put_answer(const KeptAnswer& answer) {
  return guarded(state_->file, [&]() -> Status {
    SQLite::Database& database = state_->database;
    if (answer.text.empty() && !database.tableExists("answers")) return {};
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec("CREATE TABLE IF NOT EXISTS answers (number INTEGER, text TEXT)");
    database.exec("DELETE FROM answers");
    SQLite::Statement insert(database, "INSERT INTO answers VALUES (?, ?)");
    insert.bind(1, std::int64_t(answer.number));
    insert.bind(2, answer.text);
    insert.exec();
    transaction.commit();
    return {};
  });
}

Result<KeptAnswer> Store::answer() const {
  return guarded(state_->file, [&]() -> Result<KeptAnswer> {
    if (!state_->database.tableExists("answers")) return KeptAnswer{};
    SQLite::Statement query(state_->database, "SELECT number, text FROM answers");
    if (!query.executeStep()) return KeptAnswer{};
    return KeptAnswer{std::size_t(query.getColumn(0).getInt64()), query.getColumn(1).getString()};
  });
}

Result<std::vector<Record>> Store::all() const {
  return guarded(state_->file, [&]() -> Result<std::vector<Record>> {
    SQLite::Statement query(state_->database, fmt::format("SELECT {} FROM records ORDER BY id",
                                                          columns_or_null(state_->database)));
    std::vector<Record> records;
    while (query.executeStep()) records.push_back(record_of(query));
    return records;
  });
}

}  // namespace dlis
