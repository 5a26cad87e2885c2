// dlis report RUN.db: what an exploration found, as text or as a page.
#include "output.h"
#include "records_output.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct ReportArguments {
  std::string store, csv, page;
  bool json = false;
};

Status run(const ReportArguments& arguments) {
  DLIS_TRY(check_csv(arguments.csv, arguments.store));
  if (!arguments.page.empty()) {
    DLIS_TRY(check_is_not_store(arguments.page, arguments.store));
    DLIS_TRY(check_takes_no_place(arguments.page, "<!DOCTYPE html>"));
  }
  const Store store = DLIS_TRY(Store::open_existing(arguments.store));
  const auto records = DLIS_TRY(store.all());
  const std::string answer = DLIS_TRY(store.answer()).text;
  if (!arguments.csv.empty()) DLIS_TRY(write_csv(records, arguments.csv));
  if (!arguments.page.empty())
    DLIS_TRY(write_file_atomic(arguments.page, html_report(records, arguments.store, answer)));
  const bool is_told = arguments.csv == "-" || (!arguments.page.empty() && !arguments.json);
  if (!is_told) print_records(records, arguments.json, answer);
  return {};
}

}  // namespace

void add_report(CLI::App& app, Action& chosen) {
  auto* verb =
      app.add_subcommand("report", "the stacks of an exploration, the Pareto front, advice");
  auto arguments = std::make_shared<ReportArguments>();
  verb->add_option("RUN.db", arguments->store, "what `dlis explore -o` wrote")->required();
  verb->add_option("-o,--output", arguments->page,
                   "one page with charts, tables and guidelines in place of the table")
      ->type_name("REPORT.html")
      ->check(kNotEmpty);
  auto* json = verb->add_flag("--json", arguments->json, "one record a line");
  verb->add_option("--csv", arguments->csv, "write all records there; - is stdout")
      ->type_name("FILE")
      ->excludes(json);
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
