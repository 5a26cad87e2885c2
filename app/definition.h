// Walks the parser's definition: what verbs and options there are, for completion and the manual.
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace dlis::app {

std::vector<const CLI::App*> verbs_of(const CLI::App& app);  // without hidden ones
const CLI::App* find_verb(const CLI::App& app, const std::string& name);

// Of a verb and of its groups, without hidden ones: those with dashes, those that stand alone.
std::vector<const CLI::Option*> options_of(const CLI::App& verb);
std::vector<const CLI::Option*> positionals_of(const CLI::App& verb);

bool takes_value(const CLI::Option& option);
std::vector<std::string> spellings_of(const CLI::Option& option);  // "-o", "--output"; or "MODEL"

std::string placeholder_of(const CLI::Option& option);  // of its value: "FILE"

}  // namespace dlis::app
