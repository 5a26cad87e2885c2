// dlis data make|get: data sets, made here or brought from where they are published.
#include "output.h"
#include "progress.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct MakeArguments {
  std::string output;
  std::int64_t count = 10000;
  std::uint64_t seed = 1;
};

Status make(const MakeArguments& arguments) {
  DLIS_TRY(make_sensors(arguments.output, arguments.count, arguments.seed));
  print(fmt::format(
      "{}: {} windows of {} activities; train with `dlis train two_branch --data arrays:{} -o "
      "FILE.onnx`\n",
      arguments.output, arguments.count, activities().size(), arguments.output));
  return {};
}

void add_make(CLI::App& verb, Action& chosen) {
  auto* make_verb = verb.add_subcommand("make", "make a data set");
  make_verb->require_subcommand(1);
  auto* sensors = make_verb->add_subcommand(
      "sensors",
      "accelerometer and gyroscope of people who stand still, turn, walk, take stairs, cycle and "
      "run, from physical models: read as arrays:DIR by the network two_branch");
  auto arguments = std::make_shared<MakeArguments>();
  sensors->add_option("-o,--output", arguments->output, "a folder")
      ->type_name("DIR")
      ->required()
      ->check(kNotEmpty);
  sensors->add_option("--count", arguments->count, "windows of 2.56 s (10000)")->type_name("N");
  sensors->add_option("--seed", arguments->seed, "equal ones make equal data (1)")->type_name("N");
  when_chosen(sensors, chosen, arguments, make);
}

struct GetArguments {
  std::string name, output, from;
};

Status get(const GetArguments& arguments) {
  const Download download = DLIS_TRY(find_download(arguments.name));
  const std::string output = arguments.output.empty() ? arguments.name : arguments.output;
  fmt::print(stderr, "from {}\n", arguments.from.empty() ? download.url : arguments.from);
  ProgressBar bar;
  catch_interrupts();
  DownloadOptions options{.from = arguments.from};
  options.progress = [&](std::int64_t bytes) {
    bar.draw(double(bytes) / double(download.bytes),
             fmt::format("{} of {}", format_bytes(bytes), format_bytes(download.bytes)));
    return !is_interrupted();
  };
  const bool is_new = DLIS_TRY(fetch(download, output, options));
  print(fmt::format("{}: {}; use it as --data {}:{}\n", output,
                    is_new ? "complete, checked by its SHA-256" : "was there already",
                    arguments.name, output));
  return {};
}

void add_get(CLI::App& verb, Action& chosen) {
  std::string names;
  for (const Download& download : downloads())
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", download.name,
                         format_bytes(download.bytes));
  auto* get_verb = verb.add_subcommand(
      "get",
      "bring a data set from where it is published, by curl; a cut download goes on where it was");
  auto arguments = std::make_shared<GetArguments>();
  get_verb->add_option("NAME", arguments->name, names)->required();
  get_verb->add_option("-o,--output", arguments->output, "a folder (NAME)")
      ->type_name("DIR")
      ->check(kNotEmpty);
  get_verb->add_option("--from", arguments->from, "another address of the same archive, or a file")
      ->type_name("URL")
      ->check(kNotEmpty);
  when_chosen(get_verb, chosen, arguments, get);
}

}  // namespace

void add_data(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("data", "make or get data sets");
  verb->require_subcommand(1);
  add_get(*verb, chosen);
  add_make(*verb, chosen);
}

}  // namespace dlis::app
