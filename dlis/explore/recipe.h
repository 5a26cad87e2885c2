// Recipes: a compression that can be made again, as a text file.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// Lines of `name = value`; `#` begins a comment. The names are model, compress, data, seed, content
// and the training settings; $DLIS_DATA in a value is the folder of that environment variable.
struct Recipe {
  std::string model, compress, data;
  std::uint64_t seed = 1;
  std::string content;                // hash of the model (content.h), which finds it elsewhere
  std::vector<std::string> settings;  // "rate=0.05"
};
// Errors: no such file, a line without `=`, an unknown name, a name given twice, DLIS_DATA not set.
// `data` stands for $DLIS_DATA; empty: the environment variable.
Result<Recipe> load_recipe(const std::filesystem::path& file, const std::string& data = {});
Result<Recipe> parse_recipe(std::string_view text, const std::string& where,
                            const std::string& data = {});

}  // namespace dlis
