// dlis doctor: whether this machine and this environment are fit for measuring, and what verbs
// lack.
#include <algorithm>
#include <cstdlib>

#include "output.h"
#include "verb.h"

namespace dlis::app {
namespace {

struct DoctorArguments {
  bool json = false;
};

struct Finding {
  std::string what;
  enum { good, doubtful, bad } verdict;
  std::string text;
};

constexpr double kSteady = 0.9;  // the slower of two FMA measurements over the faster

Finding check_isa() {
  const char* cap = std::getenv("DLIS_ISA");
  const std::string host(name_of(host_isa()));
  return {"ISA", Finding::good, cap ? fmt::format("{} (DLIS_ISA={})", host, cap) : host};
}

Finding check_cpus() {
  const Topology& machine = host_topology();
  const std::string text =
      fmt::format("{} of {} may be used", machine.usable_cpus(), machine.cores.size());
  const bool limited = machine.quota_cpus > 0 && machine.quota_cpus < double(machine.cores.size());
  return {"CPUs", limited ? Finding::doubtful : Finding::good,
          limited ? fmt::format("{}: a quota of {:.2f} stops threads now and then", text,
                                machine.quota_cpus)
                  : text};
}

Finding check_speed(int threads) {
  const double a = measure_gflops(threads, 0.25), b = measure_gflops(threads, 0.25);
  const bool steady = std::min(a, b) >= kSteady * std::max(a, b);
  return {fmt::format("speed, {} threads", threads), steady ? Finding::good : Finding::doubtful,
          fmt::format("{:.1f} and {:.1f} GFLOP/s{}", a, b,
                      steady ? "" : ": not steady, is something else running?")};
}

Finding check_cache() {
  const std::filesystem::path file = default_cache_file();
  if (file.empty())
    return {"cache", Finding::doubtful,
            "no home folder: choices are measured again each time; set XDG_CACHE_HOME"};
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  const std::filesystem::path probe = file.parent_path() / "doctor.probe";
  if (const Status status = write_file_atomic(probe, std::string_view("x")); !status)
    return {"cache", Finding::bad, status.error().message()};
  std::filesystem::remove(probe, error);
  return {"cache", Finding::good, file.string()};
}

Finding check_data() {
  const char* folder = std::getenv("DLIS_DATA");
  if (!folder || !*folder) return {"DLIS_DATA", Finding::good, "not set; data are named by --data"};
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {"DLIS_DATA", Finding::good, folder};
  return {"DLIS_DATA", Finding::bad, fmt::format("{}: there is no such folder", folder)};
}

std::vector<Finding> examine() {
  std::vector<Finding> findings{{"dlis", Finding::good, commit()}, check_isa(), check_cpus()};
  for (const Device* device : devices()) {
    const Verdict verdict = device->available();
    findings.push_back({fmt::format("device {}", device->name),
                        verdict ? Finding::good : Finding::doubtful,
                        verdict ? device->describe() : verdict.reason});
  }
  findings.push_back(check_cache());
  findings.push_back(check_data());
  findings.push_back(check_speed(1));
  if (host_topology().usable_cpus() > 1)
    findings.push_back(check_speed(host_topology().usable_cpus()));
  return findings;
}

using Lines = std::vector<std::vector<std::string>>;

// For people the verdicts, which begin the lines, are coloured.
void print_verdicts(const Lines& lines, bool json) {
  if (json) return print_rows(lines, std::string(lines[0].size(), 'l'), true);
  const std::string table = text_table(lines, std::string(lines[0].size(), 'l'));
  for (const std::string_view line : split(trim(table), '\n')) {
    const std::string_view word = line.substr(0, line.find(' '));
    const bool good = word == "ok", bad = word == "wrong";
    const bool verdict = good || bad || word == "doubtful" || word == "missing";
    const Colour colour = good ? Colour::green : bad ? Colour::red : Colour::yellow;
    print((verdict ? coloured(word, colour, stdout) : std::string(word)) +
          std::string(line.substr(word.size())) + "\n");
  }
}

void print_capabilities(bool json) {
  Lines lines{{"verdict", "what", "needed by", "finding"}};
  for (const CapabilityHere& one : capabilities_here())
    lines.push_back({one.is_here ? "ok" : "missing", one.capability->name,
                     one.capability->needed_by,
                     one.is_here ? "is here" : lacking(*one.capability).message()});
  if (!json) print("\nwhat only some verbs need\n");
  print_verdicts(lines, json);
}

Status run(const DoctorArguments& arguments) {
  Lines lines{{"verdict", "what", "finding"}};
  std::vector<std::string> wrong;
  for (const Finding& finding : examine()) {
    constexpr const char* kWords[] = {"ok", "doubtful", "wrong"};
    lines.push_back({kWords[finding.verdict], finding.what, finding.text});
    if (finding.verdict == Finding::bad) wrong.push_back(finding.what + ": " + finding.text);
  }
  print_verdicts(lines, arguments.json);
  print_capabilities(arguments.json);
  return wrong.empty() ? Status{} : fail(join(wrong, "; "));
}

}  // namespace

void add_doctor(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand(
      "doctor", "whether this machine is fit for measuring, and what verbs lack here");
  auto arguments = std::make_shared<DoctorArguments>();
  verb->add_flag("--json", arguments->json, "one object a line");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
