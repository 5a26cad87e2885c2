// Records as `explore` and `report` give them.
#include "records_output.h"

#include "output.h"

namespace dlis::app {

void print_records(const std::vector<Record>& records, bool json) {
  if (json) {
    for (const Record& record : records) print(to_json(record) + "\n");
    return;
  }
  const auto latest = latest_of(records);
  print(table_of(latest));
  const std::string formats = formats_table(latest);
  if (!formats.empty())
    print("\neach format against dense, fastest stack against fastest stack\n" + formats);
  print("\n" + advice(latest) + "\n");
  const std::string mixture = mixture_of(latest);
  if (!mixture.empty()) print(mixture + "\n");
}

Status write_csv(const std::vector<Record>& records, const std::string& file) {
  std::string text = csv_header() + "\n";
  for (const Record& record : records) text += to_csv(record) + "\n";
  if (file != "-") return write_file_atomic(file, text);
  print(text);
  return {};
}

}  // namespace dlis::app
