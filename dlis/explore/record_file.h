// A record as a file of its own, with the key that it answers.
#pragma once
#include <filesystem>
#include <string>

#include "dlis/explore/record.h"

namespace dlis {

// The JSON of the record with a first field "key"; whole or not there at all.
Status write_record_file(const std::filesystem::path& file, const std::string& key,
                         const Record& record);

// Errors: no such file, not such a record, of another key.
Result<Record> read_record_file(const std::filesystem::path& file, const std::string& key);

}  // namespace dlis
