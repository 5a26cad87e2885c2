// What may stand next on a command line: for the completion of shells.
#pragma once
#include <string>
#include <vector>

#include "verb.h"

namespace dlis::app {

struct Suggestion {
  std::string text;   // the whole word; one that ends in / : = + or , goes on
  std::string about;  // may be empty
};

// For the last of `words`, which stand behind `dlis` and may be empty.
std::vector<Suggestion> suggestions(const CLI::App& app, const std::vector<std::string>& words);

// What the value of an option or positional of this name may be, where `text` has been typed.
// `type` is its placeholder: FILE, DIR, RUN.db.
std::vector<Suggestion> values_of(const std::string& name, const std::string& type,
                                  const std::string& text);

}  // namespace dlis::app
