// Records as `explore` and `report` give them.
#include "records_output.h"

#include "output.h"

namespace dlis::app {

namespace {

void print_tables(const std::vector<Record>& latest) {
  print(table_of(latest));
  const std::string formats = formats_table(latest);
  if (!formats.empty())
    print("\neach format against dense, fastest stack against fastest stack\n" + formats);
}

void print_mixture(const std::vector<Record>& latest) {
  const std::string mixture = mixture_of(latest);
  if (!mixture.empty()) print(mixture + "\n");
}

void print_json(const std::vector<Record>& records) {
  for (const Record& record : records) print(to_json(record) + "\n");
}

}  // namespace

void print_records(const std::vector<Record>& records, bool json, const std::string& answer) {
  if (json) return print_json(records);
  const auto latest = latest_of(records);
  print_tables(latest);
  print("\n" + (answer.empty() ? advice(latest) : answer) + "\n");
  print_mixture(latest);
}

Status write_csv(const std::vector<Record>& records, const std::string& file) {
  std::string text = csv_header() + "\n";
  for (const Record& record : records) text += to_csv(record) + "\n";
  if (file != "-") return write_file_atomic(file, text);
  print(text);
  return {};
}

}  // namespace dlis::app
