// What a verb of the command is: options for the parser, and an action that main runs.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "dlis/dlis.h"

namespace dlis::app {

// Gives the exit status: a value is 0, an error one sentence on stderr and 1.
using Action = std::function<Status()>;

// `run` becomes the action when the verb is given; its options live in `arguments`.
template <class Arguments>
void when_chosen(CLI::App* verb, Action& chosen, std::shared_ptr<Arguments> arguments,
                 Status (*run)(const Arguments&)) {
  verb->callback([&chosen, arguments, run] {
    if constexpr (requires { arguments->subject.require(); }) arguments->subject.require();
    chosen = [arguments, run] { return run(*arguments); };
  });
}

// For options where an empty text, an unset variable of a shell, would mean that none was given.
inline const CLI::Validator kNotEmpty(
    [](std::string& text) { return text.empty() ? std::string("is empty") : std::string(); }, "");

// Each adds its subcommand; when that is given, `chosen` becomes its action.
#define DLIS_VERB(name) void add_##name(CLI::App& app, Action& chosen);
#include "verbs.inc"
#undef DLIS_VERB

}  // namespace dlis::app
