// A LibTorch archive of named tensors, written beside the file and moved over it.
#include "dlis/compress/train/checkpoint.h"

#include <sstream>

#include "dlis/base/file.h"
#include "dlis/base/hash.h"

namespace dlis::train {
namespace {

// An archive's keys are identifiers, names of values are any text.
std::string key_of(const std::string& name) {
  Hasher hasher;
  hasher.add(std::string_view(name));
  return "momentum_" + hasher.hex();
}

bool read(torch::serialize::InputArchive& archive, const std::string& name, Tensor& tensor) {
  Tensor stored;
  if (!archive.try_read(key_of(name), stored) || stored.sizes() != tensor.sizes()) return false;
  tensor.copy_(stored);
  return true;
}

}  // namespace

Status save_checkpoint(const std::filesystem::path& file, const Graph& graph, std::int64_t step,
                       const std::map<ValueId, Tensor>& momentum) {
  torch::serialize::OutputArchive archive;
  archive.write("step", torch::tensor(step));
  for (const auto& [id, tensor] : momentum)
    archive.write(key_of(graph.value(id).name), tensor.to(torch::kCPU));
  std::ostringstream bytes;
  archive.save_to(bytes);
  return write_file_atomic(file, bytes.str());
}

Status load_checkpoint(const std::filesystem::path& file, const Graph& graph, std::int64_t& step,
                       std::map<ValueId, Tensor>& momentum) {
  torch::serialize::InputArchive archive;
  archive.load_from(file.string());
  Tensor at;
  archive.read("step", at);
  for (auto& [id, tensor] : momentum)
    if (!read(archive, graph.value(id).name, tensor))
      return fail("this is the checkpoint of another network", file.string(),
                  "delete it, or give another place for checkpoints");
  step = at.item<std::int64_t>();
  return {};
}

}  // namespace dlis::train
