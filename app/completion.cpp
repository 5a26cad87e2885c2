// dlis completion SHELL: a function for the shell that asks `dlis complete WORDS...`, so that what
// it offers is what this dlis has.
#include "completion.h"

#include <algorithm>
#include <set>

#include "completion_scripts.h"
#include "definition.h"
#include "output.h"

namespace dlis::app {
namespace {

// What the words in front of the last one have settled.
struct Position {
  const CLI::App* verb = nullptr;
  const CLI::Option* waiting = nullptr;  // for its value
  std::size_t positionals = 0;
  std::set<const CLI::Option*> given;
};

const CLI::Option* find_option(const CLI::App& verb, const std::string& word) {
  for (const CLI::Option* option : options_of(verb))
    for (const std::string& name : spellings_of(*option))
      if (name == word) return option;
  return nullptr;
}

Position position_of(const CLI::App& verb, const std::vector<std::string>& words) {
  Position at{&verb, nullptr, 0, {}};
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (std::exchange(at.waiting, nullptr)) continue;
    const std::size_t equals = word.find('=');
    const CLI::Option* option =
        word.starts_with("-") ? find_option(verb, word.substr(0, equals)) : nullptr;
    if (!option) {
      at.positionals += word.starts_with("-") ? 0 : 1;
      continue;
    }
    at.given.insert(option);
    if (takes_value(*option) && equals == std::string::npos) at.waiting = option;
  }
  return at;
}

void keep_beginning_with(const std::string& text, std::vector<Suggestion>& all) {
  std::erase_if(all, [&](const Suggestion& one) { return !one.text.starts_with(text); });
}

std::vector<Suggestion> option_values(const CLI::Option& option, const std::string& text) {
  // A list's last value is the one that is typed.
  const bool list = option.get_delimiter() == ',';
  const std::size_t begin = list ? text.rfind(',') + 1 : 0;
  const std::string name = spellings_of(option).back();
  auto values = values_of(name, placeholder_of(option), text.substr(begin));
  for (Suggestion& value : values) value.text = text.substr(0, begin) + value.text;
  keep_beginning_with(text, values);
  return values;
}

std::vector<Suggestion> option_names(const Position& at) {
  std::vector<Suggestion> all;
  for (const CLI::Option* option : options_of(*at.verb)) {
    const auto excludes = option->get_excludes();
    const bool ruled_out = std::ranges::any_of(at.given, [&](const CLI::Option* given) {
      return excludes.contains(const_cast<CLI::Option*>(given));
    });
    const bool again = option->get_expected_max() > 1;
    if (ruled_out || (at.given.contains(option) && !again)) continue;
    all.push_back({spellings_of(*option).back(), option->get_description()});
  }
  return all;
}

std::vector<Suggestion> verb_names(const CLI::App& app) {
  std::vector<Suggestion> all;
  for (const CLI::App* verb : verbs_of(app))
    all.push_back({verb->get_name(), verb->get_description()});
  for (const CLI::Option* option : options_of(app))
    all.push_back({spellings_of(*option).back(), option->get_description()});
  return all;
}

std::vector<Suggestion> all_suggestions(const CLI::App& app,
                                        const std::vector<std::string>& words) {
  if (words.size() < 2) return verb_names(app);
  const CLI::App* verb = find_verb(app, words[0]);
  if (!verb) return {};
  const Position at = position_of(*verb, words);
  const std::string& last = words.back();
  if (at.waiting) return option_values(*at.waiting, last);
  if (last.starts_with("-")) {
    const std::size_t equals = last.find('=');
    if (equals == std::string::npos) return option_names(at);
    const CLI::Option* option = find_option(*verb, last.substr(0, equals));
    if (!option) return {};
    auto values = option_values(*option, last.substr(equals + 1));
    for (Suggestion& value : values) value.text = last.substr(0, equals + 1) + value.text;
    return values;
  }
  const auto positionals = positionals_of(*verb);
  if (positionals.empty()) return option_names(at);
  const CLI::Option* next = positionals[std::min(at.positionals, positionals.size() - 1)];
  if (at.positionals >= positionals.size() && next->get_expected_max() <= 1)
    return option_names(at);
  return option_values(*next, last);
}

struct CompletionArguments {
  std::string shell;
};

Status run(const CompletionArguments& arguments) {
  for (const auto& [shell, script] : kCompletionScripts)
    if (arguments.shell == shell) print(script);
  return {};
}

}  // namespace

std::vector<Suggestion> suggestions(const CLI::App& app, const std::vector<std::string>& words) {
  auto all = all_suggestions(app, words);
  keep_beginning_with(words.empty() ? "" : words.back(), all);
  return all;
}

void add_completion(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("completion", "a script that completes dlis in a shell");
  verb->footer(
      "bash:  source <(dlis completion bash)     in ~/.bashrc\n"
      "zsh:   source <(dlis completion zsh)      in ~/.zshrc, behind compinit\n"
      "fish:  dlis completion fish | source      in ~/.config/fish/config.fish");
  auto arguments = std::make_shared<CompletionArguments>();
  std::vector<std::string> shells;
  for (const auto& [shell, script] : kCompletionScripts) shells.push_back(shell);
  verb->add_option("SHELL", arguments->shell, join(shells, ", "))
      ->required()
      ->check(CLI::IsMember(shells))
      ->type_name("");
  when_chosen(verb, chosen, arguments, run);
}

}  // namespace dlis::app
