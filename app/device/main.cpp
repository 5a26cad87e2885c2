// `dlis-run`: runs a packed network on a device, or answers jobs. Exit status: 0 done, 1 failed
// (one sentence on stderr), 2 wrong usage.
#include <cstdio>
#include <exception>
#include <new>

#include "arguments.h"
#include "jobs.h"

namespace {

int tell(const std::string& sentence, int status) {
  std::fprintf(stderr, "dlis-run: ");
  for (const char c : sentence) std::fputc(static_cast<unsigned char>(c) < ' ' ? '?' : c, stderr);
  std::fputc('\n', stderr);
  return status;
}

int run(int argc, char** argv) {
  const auto arguments = dlis::app::parse_arguments({argv + 1, std::size_t(argc - 1)});
  if (!arguments) return tell(arguments.error().message() + "; see `dlis-run --help`", 2);
  if (arguments->help) return std::fputs(dlis::app::kHelp, stdout) < 0 ? 1 : 0;
  const dlis::Status status = arguments->jobs.empty() ? dlis::app::run_network(*arguments)
                                                      : dlis::app::serve_jobs(arguments->jobs);
  if (!status) return tell(status.error().message(), 1);
  if (std::fflush(stdout) != 0) return tell("stdout: the output cannot be written", 1);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  dlis::hold_standard_files();
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return tell("there is not enough memory for this", 1);
  } catch (const std::exception& error) {
    return tell(error.what(), 1);
  }
}
