// The loop over lines of standard input.
#include "jobs.h"

#include <fmt/format.h>

#include <cstdio>

#include "dlis_commit.h"

namespace dlis::app {
namespace {

namespace fs = std::filesystem;

// False: nobody reads.
bool say(const std::string& line) {
  return std::fputs((line + "\n").c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
}

// False: the input ended; a last line that is cut off is none. Of a line that is longer than a job
// may be, only so much is kept.
bool next_line(std::string& to) {
  to.clear();
  for (int c; (c = std::getchar()) != EOF;) {
    if (c == '\n') return true;
    if (to.size() <= kMostLineBytes) to += char(c);
  }
  return false;
}

std::string has(const std::string& name) {
  std::error_code error;
  const auto bytes = fs::file_size(name, error);
  return fmt::format("{{\"bytes\": {}}}", error ? -1 : std::int64_t(bytes));
}

std::string drop(const std::string& name) {
  std::error_code ignored;
  return fmt::format("{{\"dropped\": {}}}", fs::remove(name, ignored));
}

Result<std::string> respond(const std::string& line) {
  if (line.size() > kMostLineBytes)
    return fail(fmt::format("a job has at most {} bytes", kMostLineBytes));
  const auto words = split(line, '\t');
  const bool plain = words.size() == 2 && words[1].find('/') == std::string_view::npos;
  if (words[0] == "has" && plain) return has(std::string(words[1]));
  if (words[0] == "forget" && plain) return drop(std::string(words[1]) + ".json");
  if (words[0] == "drop" && plain) return drop(std::string(words[1]));
  if (words[0] != "measure") return fail("this is no job");
  // A share is told in steps that are worth a line.
  double told = -1;
  std::string told_of;
  return answer(DLIS_TRY(parse_job(words)), [&](std::string_view phase, double share) {
    if (told_of == phase && share < told + 0.01) return;
    told = share, told_of = phase;
    say(fmt::format("{{\"phase\": {}, \"share\": {:.3f}}}", json_text(phase), share));
  });
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c >= ' ' && c <= '~' ? c : '?';
  }
  return out + '"';
}

// A job outlives its reader: whoever asks for it again gets the answer.
Status serve_jobs(const std::string& folder) {
  outlive_readers();
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::current_path(folder, error);
  if (error) return fail("this is no folder for jobs: " + error.message(), folder);
  bool heard = say(fmt::format("{{\"machine\": {}, \"build\": {}}}", json_text(machine_text()),
                               json_text(DLIS_BUILD)));
  for (std::string line; heard && next_line(line);) {
    const auto response = respond(line);
    heard = say(response ? *response
                         : fmt::format("{{\"error\": {}}}", json_text(response.error().message())));
  }
  return {};
}

}  // namespace dlis::app
