// Reads recipes.
#include "dlis/explore/recipe.h"

#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "dlis/base/file.h"
#include "dlis/base/text.h"
#include "dlis/compress/train/training.h"

namespace dlis {
namespace {

Result<std::string> expanded(std::string value, const std::string& data) {
  constexpr std::string_view kName = "$DLIS_DATA";
  const std::size_t at = value.find(kName);
  if (at == std::string::npos) return value;
  const char* folder = data.empty() ? std::getenv("DLIS_DATA") : data.c_str();
  if (!folder)
    return fail("the environment variable DLIS_DATA is not set", "",
                "let it name the folder with the data sets and the trained networks");
  return value.replace(at, kName.size(), folder);
}

Status take(Recipe& recipe, const std::string& name, const std::string& value) {
  if (name == "model")
    recipe.model = value;
  else if (name == "compress")
    recipe.compress = value;
  else if (name == "data")
    recipe.data = value;
  else if (name == "content")
    recipe.content = value;
  else if (name == "seed")
    recipe.seed = std::uint64_t(DLIS_TRY(parse_integer(value, name)));
  else {
    TrainingSettings tried;
    DLIS_TRY(set_training(tried, name, value));
    recipe.settings.push_back(name + "=" + value);
  }
  return {};
}

Status parse_line(std::string_view line, const std::string& data, Recipe& recipe,
                  std::set<std::string>& seen) {
  const std::string text(trim(line.substr(0, line.find('#'))));
  if (text.empty()) return {};
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos)
    return fail(fmt::format("'{}' has no value", text.substr(0, 60)), "", "write name = value");
  const std::string name(trim(std::string_view(text).substr(0, equals)));
  if (!seen.insert(name).second) return fail(fmt::format("'{}' is given twice", name));
  const std::string value(trim(std::string_view(text).substr(equals + 1)));
  return take(recipe, name, DLIS_TRY(expanded(value, data)));
}

}  // namespace

Result<Recipe> load_recipe(const std::filesystem::path& file, const std::string& data) {
  return parse_recipe(DLIS_TRY(read_text(file, kMostRecipeBytes)), file.string(), data);
}

Result<Recipe> parse_recipe(std::string_view text, const std::string& where,
                            const std::string& data) {
  Recipe recipe;
  std::set<std::string> seen;
  int number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    if (Status status = parse_line(line, data, recipe, seen); !status) {
      status.error().where = fmt::format("{}, line {}", where, number);
      return tl::unexpected(status.error());
    }
  }
  if (recipe.model.empty() || recipe.compress.empty())
    return fail("a recipe says which model and how to compress", where,
                "add model = ... and compress = ...");
  return recipe;
}

}  // namespace dlis
