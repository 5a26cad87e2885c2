// Every choice there is, derived from the lists of the layers.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

struct ListedRow {
  std::string layer;  // model, compress, format, compute, schedule or device
  std::string name;
  std::string parameters;  // ":zeros=R"; empty: takes none
  std::string summary;
};

// The names of the layers in order.
const std::vector<std::string>& layer_names();
// All rows of a layer in the order of its list; of all layers where it is empty. An unknown layer
// is an error with the nearest names.
Result<std::vector<ListedRow>> list_rows(std::string_view layer = {});

}  // namespace dlis
