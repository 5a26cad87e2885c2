// A line that says what the file is, a hash of the rest, the rest.
#include "dlis/compress/checkpoint.h"

#include <fmt/format.h>

#include "dlis/base/file.h"
#include "dlis/base/hash.h"
#include "dlis/model/graph_fields.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "dlis checkpoint 1\n";
constexpr std::size_t kHash = 32;  // digits

template <class Fields>
void pass(Fields& fields, Checkpoint& checkpoint) {
  pass(fields, checkpoint.step);
  pass(fields, checkpoint.graph);
  pass(fields, checkpoint.wider);
  pass(fields, checkpoint.masks);
  pass(fields, checkpoint.momentum);
  pass(fields, checkpoint.scales);
  pass(fields, checkpoint.scales_momentum);
}

template <class T>
void add(Hasher& hasher, T value) {
  FieldWriter fields;
  pass(fields, value);
  hasher.add(std::string_view(fields.bytes()));
}

}  // namespace

Status save_checkpoint(const fs::path& file, Checkpoint checkpoint) {
  FieldWriter fields;
  fields.raw(kHead.data(), kHead.size());
  fields.raw(std::string(kHash, ' ').data(), kHash);
  pass(fields, checkpoint);
  std::string bytes = fields.take();
  const auto rest = bytes_of(std::string_view(bytes)).subspan(kHead.size() + kHash);
  bytes.replace(kHead.size(), kHash, hash_of(rest));
  return write_file_atomic(file, bytes);
}

Result<Checkpoint> load_checkpoint(const fs::path& file) {
  const Buffer buffer = DLIS_TRY(read_file(file));
  const std::string_view bytes(reinterpret_cast<const char*>(buffer.data()), buffer.size());
  constexpr const char* kHint = "delete it to start anew, or give another folder";
  if (!bytes.starts_with(kHead))
    return fail("this is no checkpoint of this version of dlis", file.string(), kHint);
  const auto damaged = [&] { return fail("the checkpoint is damaged", file.string(), kHint); };
  if (bytes.size() < kHead.size() + kHash) return damaged();
  const std::string_view rest = bytes.substr(kHead.size() + kHash);
  if (hash_of(bytes_of(rest)) != bytes.substr(kHead.size(), kHash)) return damaged();
  FieldReader fields(rest);
  Checkpoint checkpoint;
  pass(fields, checkpoint);
  if (!fields.is_whole() || !validate(checkpoint.graph)) return damaged();
  return checkpoint;
}

fs::path checkpoint_file(const fs::path& folder, const std::string& name, const std::string& what,
                         const Graph& graph, const Graph* teacher, const Dataset& data,
                         const Preprocessing& how, const TrainingSettings& settings) {
  Hasher hasher;
  hasher.add(std::string_view(what)).add(std::string_view(text_of(settings)));
  hasher.add(std::string_view(data.content_hash()));
  add(hasher, graph);
  hasher.add(std::int64_t(teacher != nullptr));
  if (teacher) add(hasher, *teacher);
  add(hasher, how.mean);
  add(hasher, how.std);
  add(hasher, how.scale);
  add(hasher, how.bgr);
  return folder / fmt::format("{}-{}.checkpoint", name, hasher.hex());
}

Status check_checkpoints(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    return fail("the folder for checkpoints cannot be made: " + error.message(), folder.string(),
                "give another one");
  return check_writable(folder / "checkpoint");
}

}  // namespace dlis
