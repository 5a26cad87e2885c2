// Finds recipes by the content of the network that they begin with.
#include "dlis/explore/zoo_networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "dlis/explore/content.h"
#include "dlis/explore/recipe.h"
#include "dlis/explore/stack.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

// A file of another size is another network: only candidates are loaded.
bool may_be(const fs::path& a, const fs::path& b) {
  std::error_code error;
  const auto size = fs::file_size(a, error);
  if (error) return false;
  return fs::file_size(b, error) == size && !error;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

bool begins_with(const Recipe& recipe, const fs::path& file, const ModelOptions& options,
                 const std::string& wanted) {
  if (!recipe.content.empty()) return recipe.content == wanted;
  if (!may_be(file, recipe.model)) return false;
  const auto other = load_model(recipe.model, options);
  return other && content_hash(*other) == wanted;
}

}  // namespace

std::vector<ZooNetwork> zoo_of(const Graph& graph, const fs::path& file,
                               const ModelOptions& options, const fs::path& folder) {
  const std::string wanted = content_hash(graph);
  // Networks are known by their content, so that $DLIS_DATA need not be there.
  const char* const given = std::getenv("DLIS_DATA");
  const std::string data = given ? given : ".";
  std::map<std::string, bool> same;  // by the recipe's model
  std::vector<ZooNetwork> found;
  for (const fs::path& text : files_in(folder / "recipes")) {
    const fs::path made = folder / "zoo" / (text.stem().string() + ".onnx.gz");
    std::error_code ignored;
    if (text.extension() != ".txt" || !fs::exists(made, ignored)) continue;
    const auto recipe = load_recipe(text, data);
    if (!recipe) continue;
    if (!same.count(recipe->model))
      same[recipe->model] = begins_with(*recipe, file, options, wanted);
    if (!same[recipe->model]) continue;
    if (const auto chain = parse_chain(recipe->compress); chain)
      found.push_back({made.string(), text.string(), *chain});
  }
  return found;
}

std::string made_by(const ZooNetwork& network) {
  return fmt::format("made by {} ({}), whose retraining was paid before this search",
                     network.recipe, text_of(network.compress));
}

}  // namespace dlis
