#include "dlis/explore/record_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "dlis/base/file.h"

namespace dlis {

Status write_record_file(const std::filesystem::path& file, const std::string& key,
                         const Record& record) {
  const std::string fields = to_json(record).substr(1);  // behind its {
  return write_file_atomic(file,
                           fmt::format("{{\"key\":{},{}\n", nlohmann::json(key).dump(), fields));
}

Result<Record> read_record_file(const std::filesystem::path& file, const std::string& key) {
  const std::string text = DLIS_TRY(read_text(file));
  auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object() || !object.contains("key"))
    return fail("this is not the record of a key", file.string());
  if (object["key"] != key)
    return fail(fmt::format("the record is of another key: {}", object["key"].dump()),
                file.string());
  object.erase("key");
  Result<Record> record = record_from_json(object.dump());
  if (!record) record.error().where = file.string();
  return record;
}

}  // namespace dlis
