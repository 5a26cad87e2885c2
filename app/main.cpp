// The `dlis` command. Exit status: 0 done, 1 failed (one sentence on stderr), 2 wrong usage.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <new>

#include "verb.h"

namespace {

using dlis::app::Action;

constexpr const char* kAbout =
    "dlis: explores which network, compression, data format, algorithm and device run best "
    "together.";
constexpr const char* kFooter =
    "A MODEL is an .onnx or .onnx.gz file or a row of `dlis list model`; behind `?` it may have\n"
    "its preprocessing: net.onnx?mean=.485/.456/.406&std=.229/.224/.225\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage.";

// One line whatever the names in it hold, to a stream that may be closed.
int tell(const std::string& sentence) {
  std::string text = "dlis: ";
  for (const char c : sentence)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      text += c;
  std::fputs((text + "\n").c_str(), stderr);
  return 1;
}

// A full disk behind a pipe or a redirection shows when the stream is flushed.
dlis::Status flush_output() {
  std::cout.flush();
  if (std::fflush(stdout) != 0 || std::ferror(stdout) || !std::cout)
    return dlis::fail("the output cannot be written", "stdout", "is the disk full?");
  return {};
}

int run(const Action& action) {
  dlis::Status status = action ? action() : dlis::Status{};
  if (status)
    status = flush_output();
  else
    std::fflush(stdout);
  return status ? 0 : tell(status.error().message());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{kAbout, "dlis"};
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", dlis::commit());
  Action chosen;
#define DLIS_VERB(name) dlis::app::add_##name(app, chosen);
#include "verbs.inc"
#undef DLIS_VERB
  try {
    app.parse(argc, argv);
    return run(chosen);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? run({}) : 2;
  } catch (const std::bad_alloc&) {
    return tell("there is not enough memory for this; give a smaller size or batch");
  } catch (const std::exception& error) {
    return tell(error.what());
  }
}
