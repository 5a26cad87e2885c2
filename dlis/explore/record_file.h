// A record as a file of its own, with the key that it answers.
#pragma once
#include <filesystem>
#include <string>

#include "dlis/explore/record.h"

namespace dlis {

// A record, and what measuring it took.
struct KeptRecord {
  Record record;
  double seconds = 0;  // that measuring it took; 0: not known
};

// The JSON of the record with the first fields "key" and "seconds"; whole or not there at all.
Status write_record_file(const std::filesystem::path& file, const std::string& key,
                         const KeptRecord& kept);

// Errors: no such file, not such a record, of another key. `where` names the text in errors.
Result<KeptRecord> read_record_file(const std::filesystem::path& file, const std::string& key);
Result<KeptRecord> parse_record_file(std::string_view text, const std::string& where,
                                     const std::string& key);

}  // namespace dlis
