#include "dlis/explore/record_file.h"

#include <fmt/format.h>

#include "dlis/base/file.h"
#include "dlis/runtime/json.h"

namespace dlis {

Status write_record_file(const std::filesystem::path& file, const std::string& key,
                         const KeptRecord& kept) {
  const std::string fields = to_json(kept.record).substr(1);  // behind its {
  return write_file_atomic(file, fmt::format("{{\"key\":{},\"seconds\":{},{}\n",
                                             nlohmann::json(key).dump(), kept.seconds, fields));
}

Result<KeptRecord> read_record_file(const std::filesystem::path& file, const std::string& key) {
  return parse_record_file(DLIS_TRY(read_text(file)), file.string(), key);
}

Result<KeptRecord> parse_record_file(std::string_view text, const std::string& where,
                                     const std::string& key) {
  auto object = parse_json<nlohmann::json>(text);
  if (!object.is_object() || !object.contains("key"))
    return fail("this is not the record of a key", where);
  if (object["key"] != key)
    return fail(fmt::format("the record is of another key: {}", object["key"].dump()), where);
  const auto seconds = object.find("seconds");
  const double took = seconds != object.end() && seconds->is_number() ? seconds->get<double>() : 0;
  object.erase("key");
  object.erase("seconds");
  Result<Record> record = record_from_json(object.dump());
  if (record) return KeptRecord{std::move(*record), took};
  record.error().where = where;
  return tl::unexpected(std::move(record.error()));
}

}  // namespace dlis
