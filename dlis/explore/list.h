// Every choice there is, derived from the lists of the layers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// A row of any list, as `dlis list` prints it.
struct ListedRow {
  std::string layer;  // model, compress, format, compute, schedule, device; operator, data, ...
  std::string name;
  std::string parameters;  // ":zeros=R"; empty: takes none
  std::string summary;
  std::string here = {};  // of a device: what this machine has
};

// The names of the layers in order, then those of the other lists.
const std::vector<std::string>& layer_names();
// All rows of a layer in the order of its list; of all layers where it is empty. An unknown layer
// is an error with the nearest names.
Result<std::vector<ListedRow>> list_rows(std::string_view layer = {});

}  // namespace dlis
