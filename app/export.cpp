// dlis export RUN.db -o DIR: a measured stack as a network and programs that run it.
#include "output.h"
#include "progress.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct ExportArguments {
  std::string store, pick, folder, plan, checkpoints;
};

// A search keeps what it retrained beside its store.
std::filesystem::path checkpoints_of(const ExportArguments& arguments) {
  if (!arguments.checkpoints.empty()) return arguments.checkpoints;
  const auto beside = retrained_folder_of(arguments.store);
  std::error_code ignored;
  return std::filesystem::is_directory(beside, ignored) ? beside : std::filesystem::path();
}

Status run(const ExportArguments& arguments) {
  const Store store = DLIS_TRY(Store::open_existing(arguments.store));
  const auto records = DLIS_TRY(store.all());
  auto entry = pick_record(records, arguments.pick, DLIS_TRY(store.answer()));
  if (!entry) {
    if (entry.error().where.empty()) entry.error().where = arguments.store;
    return tl::unexpected(entry.error());
  }
  ProgressBar bar;
  catch_interrupts();
  ExportOptions options{arguments.folder, arguments.plan, checkpoints_of(arguments), {}};
  options.progress = [&](std::string_view phase, double share) {
    bar.draw(share, std::string(phase));
    return !is_interrupted();
  };
  const Exported made = DLIS_TRY(export_record(*entry, arguments.store, options));
  print(fmt::format("{}: record {}, `{}`\n", arguments.folder, entry->number,
                    entry->record.text("stack")));
  for (const std::string& file : made.files) print("  " + file + "\n");
  for (const std::string& note : made.notes) print(note + "\n");
  return {};
}

}  // namespace

void add_export(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand(
      "export", "a measured stack as a folder: its network, programs in C and C++ that run it");
  auto arguments = std::make_shared<ExportArguments>();
  verb->add_option("RUN.db", arguments->store, "what `dlis explore -o` wrote")->required();
  verb->add_option("--pick", arguments->pick,
                   "a record's number, as `dlis report` shows it, or its stack (the stack that "
                   "`dlis report` advises)")
      ->type_name("ID")
      ->check(kNotEmpty);
  verb->add_option("-o,--output", arguments->folder, "a new folder")
      ->type_name("DIR")
      ->required()
      ->check(kNotEmpty);
  verb->add_option("--for", arguments->plan,
                   "lay weights out for a saved plan (`dlis plan -o`, `dlis-run --tune -o`)")
      ->type_name("PLAN")
      ->check(kNotEmpty);
  verb->add_option(
          "--checkpoints", arguments->checkpoints,
          "where retraining was kept (RUN.retrained); without it a stack that retrains does so "
          "again")
      ->type_name("FOLDER")
      ->check(kNotEmpty);
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
