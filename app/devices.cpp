// dlis devices: what this machine (or a recorded board) is made of, and its measured limits.
#include "json_output.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct DevicesArguments {
  bool measure = false, json = false;
  std::string board;
};

std::string cache_text(std::int64_t bytes) {
  return bytes > 0 ? format_bytes(bytes) : "not stated";
}

std::string cpus_of_kind(const Topology& machine, int kind) {
  std::vector<std::string> numbers;
  for (const Core& core : machine.cores)
    if (core.kind == kind) numbers.push_back(std::to_string(core.cpu));
  return join(numbers, " ");
}

void print_topology(const Topology& machine) {
  std::vector<std::vector<std::string>> lines{
      {"processor", machine.model},
      {"cores", fmt::format("{}, {} may be used", machine.cores.size(), machine.usable_cpus())}};
  if (machine.quota_cpus > 0)
    lines.push_back({"quota", fmt::format("{:.2f} CPUs", machine.quota_cpus)});
  for (std::size_t i = 0; i < machine.kinds.size(); ++i) {
    const CoreKind& kind = machine.kinds[i];
    lines.push_back(
        {"kind " + kind.name,
         fmt::format("CPUs {}; speed {:.2f}; L1d {}, L2 {}{}", cpus_of_kind(machine, int(i)),
                     kind.capacity, cache_text(kind.l1d_bytes), cache_text(kind.l2_bytes),
                     kind.caches_stated ? "" : " (guessed)")});
  }
  lines.push_back({"last-level cache", cache_text(machine.l3_bytes)});
  lines.push_back({"memory", cache_text(machine.memory_bytes)});
  print(text_table(lines, "ll"));
}

void print_devices() {
  std::vector<std::vector<std::string>> lines{{"ISA", std::string(name_of(host_isa()))}};
  for (const Device* device : devices()) {
    const Verdict verdict = device->available();
    lines.push_back({"device " + std::string(device->name),
                     verdict ? device->describe() : "not here: " + verdict.reason});
  }
  print(text_table(lines, "ll"));
}

Json json_of(const Topology& machine) {
  Json object{{"processor", machine.model},           {"cores", machine.cores.size()},
              {"usable_cpus", machine.usable_cpus()}, {"l3_bytes", machine.l3_bytes},
              {"memory_bytes", machine.memory_bytes}, {"kinds", Json::array()}};
  for (std::size_t i = 0; i < machine.kinds.size(); ++i)
    object["kinds"].push_back({{"name", machine.kinds[i].name},
                               {"cpus", cpus_of_kind(machine, int(i))},
                               {"capacity", machine.kinds[i].capacity},
                               {"l1d_bytes", machine.kinds[i].l1d_bytes},
                               {"l2_bytes", machine.kinds[i].l2_bytes}});
  return object;
}

void measure(const Topology& machine, bool json) {
  std::vector<int> counts{1};
  if (machine.usable_cpus() > 1) counts.push_back(machine.usable_cpus());
  std::vector<std::vector<std::string>> lines{
      {"threads", "GFLOP/s", "bf16 GFLOP/s", "int8 GOP/s", "GB/s"}};
  for (int threads : counts) {
    const Ceiling ceiling = measure_ceiling(threads);
    if (json)
      print_line({{"threads", threads},
                  {"gflops", ceiling.gflops},
                  {"bf16_gflops", ceiling.bf16_gflops},
                  {"int8_gops", ceiling.int8_gops},
                  {"gbytes_per_s", ceiling.gbytes}});
    lines.push_back({std::to_string(threads), fmt::format("{:.1f}", ceiling.gflops),
                     fmt::format("{:.1f}", ceiling.bf16_gflops),
                     fmt::format("{:.1f}", ceiling.int8_gops),
                     fmt::format("{:.1f}", ceiling.gbytes)});
  }
  if (!json)
    print("\nmeasured ceilings (fused multiply-adds in f32, bf16 and bytes; reading memory)\n" +
          text_table(lines, "rrrrr"));
}

Status run(const DevicesArguments& arguments) {
  const bool live = arguments.board.empty();
  const Topology machine = live ? host_topology() : DLIS_TRY(read_topology(arguments.board));
  if (arguments.json)
    print_line(json_of(machine));
  else
    print_topology(machine);
  if (live && !arguments.json) print_devices();
  if (arguments.measure) measure(machine, arguments.json);
  return {};
}

}  // namespace

void add_devices(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("devices", "cores, caches, ISA, devices, measured ceilings");
  auto arguments = std::make_shared<DevicesArguments>();
  auto* measured =
      verb->add_flag("--measure", arguments->measure, "this machine's FMA and memory ceilings");
  verb->add_option("--board", arguments->board, "a recorded board in place of this machine")
      ->type_name("DIR")
      ->excludes(measured);
  verb->add_flag("--json", arguments->json, "one object a line");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
