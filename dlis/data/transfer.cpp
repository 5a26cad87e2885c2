// Runs curl as often as it brings something.
#include "dlis/data/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string_view>
#include <thread>
#include <vector>

#include "dlis/base/process.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

constexpr int kAttempts = 5;  // in a row that bring nothing
// Exit statuses of curl.
constexpr int kBadScheme = 1, kBadAddress = 3, kHttpError = 22, kWriteError = 23, kNoRanges = 33,
              kBadResume = 36, kNoFile = 37;

tl::unexpected<Error> stopped(const fs::path& part) {
  return fail("stopped", part.string(), "the same command goes on where it was");
}

// Goes on behind what is there. It gives up where nothing arrives for a minute.
std::vector<std::string> curl(const std::string& address, const fs::path& part) {
  constexpr std::string_view kWords =
      "curl -q --fail --location --silent --show-error --globoff --proto =http,https,file "
      "--proto-redir =http,https --connect-timeout 30 --speed-limit 1 --speed-time 60 "
      "--continue-at - --output";
  std::vector<std::string> words;
  for (const std::string_view word : split(kWords, ' ')) words.emplace_back(word);
  words.insert(words.end(), {part.string(), "--url", address});
  return words;
}

// One run of curl.
struct Attempt {
  int status = 0;
  std::string said;
};
Result<Attempt> run_curl(const std::string& address, const fs::path& part, std::int64_t most,
                         const DownloadOptions& options) {
  Process process = DLIS_TRY(Process::start(curl(address, part)));
  process.end_input();
  while (!process.has_ended(100)) {
    const std::int64_t bytes = size_of_file(part);
    if (bytes > most) process.kill();
    if (options.progress && !options.progress(bytes)) return stopped(part);
  }
  return Attempt{process.status(), process.last_error()};
}

bool says(const Attempt& attempt, const char* text) {
  return attempt.said.find(text) != std::string::npos;
}

// Errors of the request, which asking again does not heal; "error: 503" may go by.
bool is_final(const Attempt& attempt) {
  if (attempt.status == kHttpError)
    return !says(attempt, "error: 5") && !says(attempt, "error: 429");
  return attempt.status == kBadScheme || attempt.status == kBadAddress || attempt.status == kNoFile;
}

// The address holds less than what was published: there is nothing behind what has arrived.
bool is_short(const Attempt& attempt, bool grew) {
  return (attempt.status == 0 && !grew) || attempt.status == kBadResume ||
         (attempt.status == kHttpError && says(attempt, "error: 416"));
}

Status wait(double seconds, const DownloadOptions& options, const fs::path& part) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    if (options.progress && !options.progress(size_of_file(part))) return stopped(part);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return {};
}

}  // namespace

std::int64_t size_of_file(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : std::int64_t(size);
}

std::string address_of(const std::string& from) {
  if (from.find("://") != std::string::npos) return from;
  std::string address = "file://";
  for (const char c : fs::absolute(from).string()) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) ||
                       std::string_view("/-._~").find(c) != std::string_view::npos;
    address += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return address;
}

Status bring(const std::string& address, const fs::path& part, std::int64_t most,
             const DownloadOptions& options) {
  std::int64_t best = size_of_file(part);
  for (int idle = 0; size_of_file(part) < most;) {
    const std::int64_t before = size_of_file(part);
    if (options.progress && !options.progress(before)) return stopped(part);
    const Attempt attempt = DLIS_TRY(run_curl(address, part, most, options));
    const std::int64_t after = size_of_file(part);
    if (after >= most) break;
    std::error_code ignored;
    const bool too_short = is_short(attempt, after > before);
    if (too_short || attempt.status == kNoRanges) fs::remove(part, ignored);
    if (too_short)
      return fail(fmt::format("the file has {} bytes, {} were published", after, most), address,
                  "nothing was kept; give another address with --from");
    if (attempt.status == kWriteError)
      return fail("it cannot be written: " + attempt.said, part.string(),
                  "free some space; what has arrived is kept");
    idle = after > best ? 0 : idle + 1;  // one that cannot go on may bring the same again and again
    best = std::max(best, after);
    if (is_final(attempt) || idle >= kAttempts)
      return fail(
          attempt.said.empty() ? fmt::format("curl ended with {}", attempt.status) : attempt.said,
          address, "give another address with --from; what has arrived is kept");
    if (after <= before) DLIS_TRY(wait(options.wait_seconds, options, part));
  }
  return {};
}

}  // namespace dlis
