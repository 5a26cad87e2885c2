// Records as `explore` and `report` give them.
#include "records_output.h"

#include "output.h"

namespace dlis::app {

void print_records(const std::vector<Record>& records, bool json) {
  if (json) {
    for (const Record& record : records) print(to_json(record) + "\n");
    return;
  }
  print(table_of(records));
  const std::string formats = formats_table(records);
  if (!formats.empty())
    print("\neach format against dense, fastest stack against fastest stack\n" + formats);
  print("\n" + advice(records) + "\n");
}

Status write_csv(const std::vector<Record>& records, const std::string& file) {
  std::string text = csv_header() + "\n";
  for (const Record& record : records) text += to_csv(record) + "\n";
  if (file != "-") return write_file_atomic(file, text);
  print(text);
  return {};
}

}  // namespace dlis::app
