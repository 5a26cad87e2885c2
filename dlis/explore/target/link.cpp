// Talks to a target: one process whose standard streams are those of the dlis-run there, others
// that bring files.
#include "dlis/explore/target/link.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "dlis/base/cache_folder.h"
#include "dlis/base/clock.h"
#include "dlis/base/file.h"
#include "dlis/base/hash.h"
#include "dlis/base/text.h"
#include "dlis/explore/target/program.h"
#include "dlis/runtime/json.h"

namespace dlis {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

// Between attempts; before the first contact only the first two: a wrong address stays wrong.
constexpr int kPausesMs[] = {200, 1000, 3000, 8000};
constexpr std::size_t kPausesAtFirst = 2;
constexpr int kTurnMs = 200, kFarewellMs = 2000;
constexpr int kGreetingMs = 60'000;  // an emulated board may take a while to start
constexpr int kKilled = 128 + 9;
constexpr const char* kMissing = "dlis-run is missing here";

// What a target says may be of any type.
std::string text_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}
double number_in(const Json& object, const char* name, double otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
}

std::string shortened(const std::string& line) {
  constexpr std::size_t kMost = 80;
  return line.size() <= kMost ? line : line.substr(0, kMost) + "...";
}

// False, which is a link that dropped, as an attempt without a result.
Result<std::optional<bool>> if_done(Result<bool> done) {
  if (!done) return tl::unexpected(done.error());
  return *done ? std::optional(true) : std::nullopt;
}

}  // namespace

Link::Link(TargetName target, GoOn go_on) : target_(std::move(target)), go_on_(std::move(go_on)) {
  if (!go_on_) go_on_ = [](std::string_view, double) { return true; };
}

Link::~Link() {
  if (!worker_) return;
  worker_->end_input();
  worker_->has_ended(kFarewellMs);
}

// Notes why; false, for the caller's convenience.
bool Link::lose(Process& process, std::string_view doing) {
  if (!process.has_ended(kFarewellMs)) {
    process.kill();
    process.has_ended(kFarewellMs);
  }
  lost_ = process.last_error();
  if (lost_.empty()) lost_ = fmt::format("{} ended with status {}", doing, process.status());
  if (process.status() == kKilled) lost_ += " (somebody killed it, or memory ran out)";
  return false;
}

std::string Link::name() const { return fmt::format("{}:{}", target_.row->name, target_.address); }

Error Link::down() const {
  if (machine_.empty())
    return {fmt::format("no dlis-run answers there: {}", lost_), name(),
            "check --target and --runner; run the same command where they are right"};
  return {fmt::format("the link is down: {}", lost_), name(),
          "run the same command to go on when it is up"};
}

template <class T>
Result<T> Link::persist(const std::function<Result<std::optional<T>>()>& attempt) {
  for (std::size_t tries = 0;; ++tries) {
    if (auto result = DLIS_TRY(attempt())) return std::move(*result);
    if (tries >= (machine_.empty() ? kPausesAtFirst : std::size(kPausesMs)))
      return tl::unexpected(down());
    for (const double end = now_ms() + kPausesMs[tries]; now_ms() < end;) {
      if (!go_on_("waiting for the link", 0)) return fail("stopped");
      std::this_thread::sleep_for(std::chrono::milliseconds(kTurnMs));
    }
  }
}

// Of a script that reads nothing.
Result<std::string> Link::output_of(const std::string& script) {
  return persist<std::string>([&]() -> Result<std::optional<std::string>> {
    Process process = DLIS_TRY(Process::start(target_.row->shell(target_.address, script)));
    process.end_input();
    std::string line, last;
    for (;;) {
      const auto got = process.line(line, kTurnMs);
      if (got == Process::Got::end) break;
      if (got == Process::Got::line) last = line;
      if (!go_on_("connecting", 0)) return fail("stopped");
    }
    if (process.has_ended(kFarewellMs) && process.status() == 0 && !last.empty())
      return std::optional(std::string(trim(last)));
    lose(process, "the connection");
    return std::optional<std::string>();
  });
}

Status Link::choose_program(fs::path program) {
  if (target_.row->program && !program.empty())
    return fail("this target names its own program", "--runner", "leave it out");
  if (target_.row->program) return {};
  if (program.empty()) {
    const std::string machine = DLIS_TRY(output_of("uname -m"));
    program = DLIS_TRY(program_for(machine));
  }
  const Mapping file = DLIS_TRY(map_program(program));
  program_name_ = "dlis-run." + hash_of(file.bytes);
  program_ = program;
  return {};
}

// False: the link dropped.
Result<bool> Link::brought(const fs::path& file, const std::string& name) {
  const Mapping content = DLIS_TRY(map_file(file));
  const TargetRow& row = *target_.row;
  const auto go_on = [&] { return go_on_("copying", 0); };
  const auto finish = [&](Process& process) -> Result<bool> {
    process.end_input();
    while (!process.has_ended(kTurnMs))
      if (!go_on()) return fail("stopped");
    return process.status() == 0 || lose(process, "copying");
  };
  // What is cut off has another size, and never gets the name.
  const std::string part = fmt::format("{}.part.{}", name, std::int64_t(now_ns()) % 1'000'000'007);
  const std::string folder =
      fmt::format("d=\"{}\" && mkdir -p \"$d\" && cd \"$d\" && ", row.folder);
  const std::string take = fmt::format(
      "[ \"$(wc -c <{0})\" -eq {1} ] && chmod 755 {0} && mv -f {0} {2} || {{ rm -f {0}; exit 1; }}",
      part, content.bytes.size(), name);
  if (!row.push) {
    const std::string script = folder + fmt::format("cat >{} && ", part) + take;
    Process process = DLIS_TRY(Process::start(row.shell(target_.address, script)));
    if (const Status sent = process.send(content.bytes, go_on);
        !sent && sent.error().what == "stopped")
      return tl::unexpected(sent.error());
    return finish(process);
  }
  for (const Arguments& step :
       {row.shell(target_.address, folder + ":"), row.push(target_.address, file, part),
        row.shell(target_.address, folder + take)}) {
    Process process = DLIS_TRY(Process::start(step));
    if (!DLIS_TRY(finish(process))) return false;
  }
  return true;
}

Status Link::bring(const fs::path& file, const std::string& name) {
  DLIS_TRY(persist<bool>([&] { return if_done(brought(file, name)); }));
  return {};
}

std::string Link::start_script() const {
  const TargetRow& row = *target_.row;
  if (row.program)
    return fmt::format("exec {} --jobs \"{}\"", row.program(target_.address), row.folder);
  return fmt::format(
      "d=\"{0}\"; [ -x \"$d\"/{1} ] || {{ echo {2}; exit; }}; exec \"$d\"/{1} --jobs \"$d\"",
      row.folder, program_name_, kMissing);
}

// Reads until it says who it is. What a login prints before is passed over. False: the link is
// down.
Result<bool> Link::greet() {
  std::string line;
  bool is_brought = false;
  for (double until = now_ms() + kGreetingMs; now_ms() < until;) {
    const auto got = worker_->line(line, kTurnMs);
    if (!go_on_("connecting", 0)) return fail("stopped");
    if (got == Process::Got::end) return lose(*worker_, "dlis-run");
    if (got == Process::Got::nothing) continue;
    if (trim(line) == kMissing) {
      if (is_brought)
        return fail(fmt::format("dlis-run cannot be executed in {} there", target_.row->folder),
                    name(), "is it on a disk that is mounted noexec?");
      is_brought = true;
      worker_.reset();
      DLIS_TRY(bring(program_, program_name_));
      DLIS_TRY(start());
      until = now_ms() + kGreetingMs;
      continue;
    }
    const Json hello = parse_json<Json>(line);
    if (!hello.is_object() || !hello.contains("machine")) continue;
    const std::string machine = text_in(hello, "machine"), build = text_in(hello, "build");
    if (!machine_.empty() && (machine != machine_ || build != build_))
      return fail(fmt::format("it is now '{}', and was '{}'", machine, machine_), target_.address,
                  "explore one machine at a time");
    if (machine.empty()) return fail("it does not say which machine it is", name());
    machine_ = machine, build_ = build;
    return true;
  }
  return fail(fmt::format("no dlis-run says who it is within {} s", kGreetingMs / 1000), name(),
              "check --target and --runner");
}

Status Link::start() {
  auto process = DLIS_TRY(Process::start(target_.row->shell(target_.address, start_script())));
  worker_ = std::make_unique<Process>(std::move(process));
  return {};
}

Result<bool> Link::connect() {
  if (worker_) return true;
  DLIS_TRY(start());
  const auto up = greet();
  if (!up || !*up) worker_.reset();
  return up;
}

Result<Link> Link::open(const std::string& target, const fs::path& program, GoOn go_on) {
  Link link(DLIS_TRY(parse_target(target)), std::move(go_on));
  DLIS_TRY(check_needs(*link.target_.row));
  DLIS_TRY(link.choose_program(program));
  DLIS_TRY(link.persist<bool>([&] { return if_done(link.connect()); }));
  return link;
}

// None: the link dropped.
Result<std::optional<Json>> Link::answer() {
  std::string line, phase = "waiting for the target";
  double share = 0;
  for (;;) {
    if (!go_on_(phase, share)) {
      worker_.reset();  // its answer would be taken for that of the next question
      return fail("stopped");
    }
    const auto got = worker_->line(line, kTurnMs);
    if (got == Process::Got::nothing) continue;
    if (got == Process::Got::end) {
      lose(*worker_, "dlis-run");
      worker_.reset();
      return std::optional<Json>();
    }
    Json object = parse_json<Json>(line);
    if (!object.is_object())
      return fail("it answered what is no answer: " + shortened(line), name(),
                  "check --target and --runner");
    if (!object.contains("phase")) return std::optional(std::move(object));
    phase = text_in(object, "phase");
    share = number_in(object, "share", 0);
  }
}

Result<std::optional<Json>> Link::asked(const std::string& line) {
  if (!DLIS_TRY(connect())) return std::optional<Json>();
  if (!worker_->send(bytes_of(line + "\n"))) {
    lose(*worker_, "dlis-run");
    worker_.reset();
    return std::optional<Json>();
  }
  return answer();
}

Result<Json> Link::ask(const std::string& line) {
  Json object = DLIS_TRY(persist<Json>([&] { return asked(line); }));
  if (object.contains("error"))
    return fail(object["error"].is_string() ? object["error"].get<std::string>() : "it failed",
                name());
  return object;
}

Status Link::hold(const std::string& name, const std::function<Status(const fs::path&)>& make) {
  if (held_.contains(name)) return {};
  if (number_in(DLIS_TRY(ask("has\t" + name)), "bytes", -1) < 0) {
    const fs::path cache = cache_folder();
    const fs::path folder = (cache.empty() ? fs::temp_directory_path() : cache) / "outgoing";
    std::error_code error;
    fs::create_directories(folder, error);
    // Several explorations may bring the same file to several targets.
    const std::string whole =
        fmt::format("{}{} {}", target_.row->name, target_.address, process_id());
    const fs::path file = folder / (hash_of(bytes_of(whole)).substr(0, 8) + "." + name);
    DLIS_TRY(make(file));
    Status status = bring(file, name);
    fs::remove(file, error);
    DLIS_TRY(std::move(status));
  }
  held_.insert(name);
  return {};
}

void Link::drop(const std::string& name) {
  held_.erase(name);
  tell("drop\t" + name);
}

// An answer that is late would be taken for that of the next line: such a link is given up.
void Link::tell(const std::string& line) {
  if (!worker_) return;
  std::string answer;
  const bool heard = worker_->send(bytes_of(line + "\n")) &&
                     worker_->line(answer, kFarewellMs) == Process::Got::line;
  if (!heard) worker_.reset();
}

}  // namespace dlis
