// MODEL as the command takes it: a file or a row, with what its preprocessing is.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "dlis/model/graph.h"

namespace dlis {

// What decides the network that a MODEL is.
struct ModelOptions {
  std::map<std::string, Shape> shapes;  // of graph inputs by name
  std::int64_t batch = 1;               // axis 0 of every input
  std::uint64_t seed = 1;               // of a row's random weights
  friend bool operator==(const ModelOptions&, const ModelOptions&) = default;
};

// `net.onnx`, `net.onnx.gz`, `net.dlis`, `vgg16` or `vgg16@224`, and behind `?` the model's
// preprocessing
// (`?mean=.485/.456/.406&std=.229/.224/.225`), which goes into the graph's metadata in place of
// what the file says. Errors: those of load_onnx, an unknown row or option (with the nearest
// names).
Result<Graph> load_model(const std::string& model, const ModelOptions& options = {});

// MODEL without its `?...`, where it is a file; none for a row.
std::optional<std::filesystem::path> file_of_model(const std::string& model);

// "input=1x3x224x224" as --shape gives it. Errors quote the text.
Result<std::pair<std::string, Shape>> parse_shape(std::string_view text);

}  // namespace dlis
