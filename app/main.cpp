// The `dlis` command. Exit status: 0 done, 1 failed (one sentence on stderr), 2 wrong usage.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>

#include "completion.h"
#include "output.h"

namespace {

using dlis::app::Action;

constexpr const char* kAbout =
    "dlis: explores which network, compression, data format, algorithm and device run best "
    "together.";
constexpr const char* kFooter =
    "A MODEL is an .onnx, .onnx.gz or .dlis file or a row of `dlis list model`; behind `?` it may\n"
    "have its preprocessing: net.onnx?mean=.485/.456/.406&std=.229/.224/.225\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage.";

// One line whatever the names in it hold, to a stream that may be closed.
int tell(const std::string& sentence, int status = 1) {
  std::string text = dlis::app::coloured("dlis:", dlis::app::Colour::red, stderr) + " ";
  for (const char c : sentence)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      text += c;
  std::fputs((text + "\n").c_str(), stderr);
  return status;
}

// A full disk behind a pipe or a redirection shows when the stream is flushed.
dlis::Status flush_output() {
  std::cout.flush();
  if (std::fflush(stdout) != 0 || std::ferror(stdout) || !std::cout)
    return dlis::fail("the output cannot be written", "stdout", "is the disk full?");
  return {};
}

// A misspelt cap would measure other kernels than were meant.
dlis::Status check_environment() {
  const char* cap = std::getenv("DLIS_ISA");
  if (!cap || !*cap || dlis::is_isa_name(cap)) return {};
  return tl::unexpected(
      dlis::unknown_name("instruction set in DLIS_ISA", cap,
                         {"generic", "avx2", "avx512", "neon", "neon_dot", "neon_i8mm"}));
}

// The first argument names the verb; the parser would only say that one is missing.
dlis::Status check_verb(int argc, char** argv) {
  std::vector<std::string> verbs;
#define DLIS_VERB(name) verbs.push_back(#name);
#include "verbs.inc"
#undef DLIS_VERB
  if (argc < 2 || argv[1][0] == '-' || std::count(verbs.begin(), verbs.end(), argv[1])) return {};
  return tl::unexpected(dlis::unknown_name("verb", argv[1], verbs));
}

int finish(const dlis::Status& status) { return status ? 0 : tell(status.error().message()); }

int run(const Action& action) {
  dlis::Status status = check_environment();
  if (status && action) status = action();
  if (status)
    status = flush_output();
  else
    std::fflush(stdout);
  return finish(status);
}

// The parser's sentence, and where help is.
std::string usage_of(const CLI::ParseError& error, const CLI::App& app) {
  std::string what = error.what();
  while (!what.empty() && (what.back() == '\n' || what.back() == '.')) what.pop_back();
  const auto verbs = app.get_subcommands();
  const std::string verb = verbs.empty() ? "" : " " + verbs.front()->get_name();
  return fmt::format("{}; see `dlis{} --help`", what, verb);
}

// For the scripts of `dlis completion`: nothing that is typed may be taken for an option of ours.
int answer_completion(const CLI::App& app, const std::vector<std::string>& words) {
  for (const auto& [text, about] : dlis::app::suggestions(app, words))
    std::cout << text << '\t' << about << '\n';
  return finish(flush_output());
}

}  // namespace

int main(int argc, char** argv) {
  dlis::hold_standard_files();
  CLI::App app{kAbout, "dlis"};
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", dlis::commit() + "\n" + dlis::build_options(),
                       "the version, and what this build consists of");
  Action chosen;
#define DLIS_VERB(name) dlis::app::add_##name(app, chosen);
#include "verbs.inc"
#undef DLIS_VERB
  if (argc > 1 && argv[1] == std::string_view("complete"))
    return answer_completion(app, {argv + 2, argv + argc});
  if (const auto known = check_verb(argc, argv); !known) return tell(known.error().message(), 2);
  try {
    app.parse(argc, argv);
    return run(chosen);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error), finish(flush_output());
    return tell(usage_of(error, app), 2);
  } catch (const std::bad_alloc&) {
    return tell("there is not enough memory for this; give a smaller size or batch");
  } catch (const std::exception& error) {
    return tell(error.what());
  }
}
