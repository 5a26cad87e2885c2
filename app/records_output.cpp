// Records as `explore` and `report` give them.
#include "records_output.h"

#include "output.h"

namespace dlis::app {

namespace {

void print_json(const std::vector<Record>& records) {
  for (const Record& record : records) print(to_json(record) + "\n");
}

}  // namespace

void print_records(const std::vector<Record>& records, bool json, const std::string& answer) {
  if (json) return print_json(records);
  print(report_text(records, answer));
}

Status check_csv(const std::string& file, const std::filesystem::path& store) {
  if (file.empty() || file == "-") return {};
  DLIS_TRY(check_is_not_store(file, store));
  return check_takes_no_place(file, csv_header().substr(0, csv_header().find(',')));
}

Status write_csv(const std::vector<Record>& records, const std::string& file) {
  std::string text = csv_header() + "\n";
  for (const Record& record : records) text += to_csv(record) + "\n";
  if (file != "-") return write_file_atomic(file, text);
  print(text);
  return {};
}

}  // namespace dlis::app
