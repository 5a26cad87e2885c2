// Records in SQLite: one writer, WAL, one row per evaluated stack, keyed by content.
#pragma once
#include <filesystem>
#include <memory>

#include "dlis/explore/record.h"

namespace dlis {

class Store {
 public:
  // Creates the file where there is none. Errors: not a database, of another version, locked, full.
  static Result<Store> open(const std::filesystem::path& file);
  Store(Store&&) noexcept;
  ~Store();
  Result<bool> has(const std::string& key) const;
  Status put(const std::string& key, const Record& record);  // durable when it returns
  Result<std::vector<Record>> all() const;                   // in order of insertion

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dlis
