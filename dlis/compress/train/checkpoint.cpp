// A LibTorch archive of named tensors, written beside the file and moved over it.
#include "dlis/compress/train/checkpoint.h"

#include <fmt/format.h>

#include <sstream>

#include "dlis/base/file.h"
#include "dlis/base/hash.h"

namespace dlis::train {
namespace {

// An archive's keys are identifiers, names of values are any text.
std::string key_of(const char* kind, const std::string& name) {
  Hasher hasher;
  hasher.add(std::string_view(name));
  return fmt::format("{}_{}", kind, hasher.hex());
}

void write(torch::serialize::OutputArchive& archive, const Graph& graph, const char* kind,
           const std::map<ValueId, Tensor>& tensors) {
  for (const auto& [id, tensor] : tensors)
    archive.write(key_of(kind, graph.value(id).name), tensor.detach().to(torch::kCPU));
}

bool read(torch::serialize::InputArchive& archive, const Graph& graph, const char* kind, ValueId id,
          Tensor& tensor) {
  Tensor stored;
  if (!archive.try_read(key_of(kind, graph.value(id).name), stored)) return false;
  if (tensor.defined() && stored.sizes() != tensor.sizes()) return false;
  tensor = tensor.defined() ? tensor.copy_(stored) : stored;
  return true;
}

}  // namespace

Status save_checkpoint(const std::filesystem::path& file, const Graph& graph, std::int64_t step,
                       const std::map<ValueId, Tensor>& momentum, const SaliencySums& saliency) {
  torch::serialize::OutputArchive archive;
  archive.write("step", torch::tensor(step));
  write(archive, graph, "momentum", momentum);
  write(archive, graph, "weight", saliency.weights);
  write(archive, graph, "channel", saliency.values);
  std::ostringstream bytes;
  archive.save_to(bytes);
  return write_file_atomic(file, bytes.str());
}

Status load_checkpoint(const std::filesystem::path& file, const Graph& graph, std::int64_t& step,
                       std::map<ValueId, Tensor>& momentum, SaliencySums& saliency) {
  torch::serialize::InputArchive archive;
  archive.load_from(file.string());
  Tensor at;
  archive.read("step", at);
  for (auto& [id, tensor] : momentum)
    if (!read(archive, graph, "momentum", id, tensor))
      return fail("this is the checkpoint of another network", file.string(),
                  "delete it, or give another place for checkpoints");
  for (auto& [id, tensor] : momentum) {
    Tensor sum;
    if (read(archive, graph, "weight", id, sum)) saliency.weights[id] = sum.to(tensor.device());
  }
  step = at.item<std::int64_t>();
  return {};
}

}  // namespace dlis::train
