// Records in SQLite: one writer, WAL, one row per evaluated stack, keyed by content.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dlis/explore/record.h"

namespace dlis {

// What the last exploration into a store ended with.
struct KeptAnswer {
  std::size_t number =
      0;             // of the record to ship: its place, from 1; 0: none keeps the constraints
  std::string text;  // what it said; empty: it had no constraints
};

// A record is on disk when `put` returns, so killing the process at any moment loses none that was
// finished, and `has` keeps it from being made again. Every call may fail with one sentence: not a
// database, not a store, of another version, locked by another process, disk full.
class Store {
 public:
  // Creates the file where there is none.
  static Result<Store> open(const std::filesystem::path& file);
  // That there is or may be a file of this name; what is in it is not looked at.
  static Status check_place(const std::filesystem::path& file);
  // For reports: never creates or changes the file, and works while another process writes, as well
  // as from a read-only disk.
  static Result<Store> open_existing(const std::filesystem::path& file);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  Result<bool> has(const std::string& key) const;
  // The first record of a key stays: two processes that evaluate the same stack leave one.
  // `seconds`: what it took, kept beside the record.
  Status put(const std::string& key, const Record& record, double seconds = 0);
  Result<std::optional<Record>> get(const std::string& key) const;
  Result<double> seconds_of(const std::string& key) const;  // 0: not known
  Result<std::vector<Record>> all() const;                  // in order of insertion
  Status put_answer(const KeptAnswer& answer);              // in place of the one before
  Result<KeptAnswer> answer() const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Where a search keeps what it screened: beside the store.
std::filesystem::path screening_store_of(std::filesystem::path store);
// And what it retrained: a folder.
std::filesystem::path retrained_folder_of(std::filesystem::path store);

// That writing `file` (empty: none) would not take the place of a store, of what SQLite keeps
// beside it, or of what a search screened. They need not be there yet.
Status check_is_not_store(const std::filesystem::path& file, const std::filesystem::path& store);

}  // namespace dlis
