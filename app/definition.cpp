// Reads what the verbs told CLI11.
#include "definition.h"

namespace dlis::app {
namespace {

// A group of options is an app without a name.
void collect(const CLI::App& app, bool dashed, std::vector<const CLI::Option*>& to) {
  for (const CLI::Option* option : app.get_options())
    if (option->nonpositional() == dashed && !option->get_group().empty()) to.push_back(option);
  const auto is_group = [](const CLI::App* one) { return one->get_name().empty(); };
  for (const CLI::App* group : app.get_subcommands(is_group)) collect(*group, dashed, to);
}

}  // namespace

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands(
      [](const CLI::App* verb) { return !verb->get_name().empty() && !verb->get_group().empty(); });
}

const CLI::App* find_verb(const CLI::App& app, const std::string& name) {
  for (const CLI::App* verb : verbs_of(app))
    if (verb->get_name() == name) return verb;
  return nullptr;
}

std::vector<const CLI::Option*> options_of(const CLI::App& verb) {
  std::vector<const CLI::Option*> options;
  collect(verb, true, options);
  return options;
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& verb) {
  std::vector<const CLI::Option*> options;
  collect(verb, false, options);
  return options;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::vector<std::string> spellings_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  if (names.empty()) names.push_back(option.get_name(true));
  return names;
}

// CLI11 puts what validators say behind a colon.
std::string placeholder_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.starts_with('"') ? type : type.substr(0, type.find(':'));
}

}  // namespace dlis::app
