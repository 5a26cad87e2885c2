// Networks that recipes made of a given one, kept in zoo/.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/compress/technique.h"
#include "dlis/explore/load.h"

namespace dlis {

struct ZooNetwork {
  std::string file;              // zoo/NAME.onnx.gz
  std::string recipe;            // recipes/NAME.txt
  std::vector<Choice> compress;  // how the recipe made it
};

// Those in FOLDER/zoo whose recipe in FOLDER/recipes begins with a network of the same content as
// `graph`, which was loaded from `file`. Recipes that cannot be read here (their network is
// elsewhere, $DLIS_DATA is not set) are passed over.
std::vector<ZooNetwork> zoo_of(const Graph& graph, const std::filesystem::path& file,
                               const ModelOptions& options, const std::filesystem::path& folder);

// One sentence for a record: which recipe made it, and that its training is not in the budget.
std::string made_by(const ZooNetwork& network);

}  // namespace dlis
