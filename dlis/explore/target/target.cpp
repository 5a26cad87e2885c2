// A job as lines and files, and its answer as fields.
#include "dlis/explore/target/target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "dlis/base/hash.h"
#include "dlis/base/text.h"
#include "dlis/compress/data_inputs.h"
#include "dlis/explore/content.h"
#include "dlis/explore/layers.h"
#include "dlis/format/npy.h"
#include "dlis/runtime/file.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::int64_t kShardBytes = 32 << 20;  // of images as the network takes them

struct Shard {
  std::int64_t first = 0, count = 0;
  std::size_t input = 0;
  std::string name;
};

// Whole batches, so that only the last of all images leave one that is not full.
std::vector<Shard> shards_of(const TargetJob& job) {
  const std::vector<DataInput> inputs = data_inputs(*job.graph);
  const std::int64_t batch = std::max<std::int64_t>(1, inputs[0].shape[0]);
  std::int64_t bytes = 1;
  for (const DataInput& input : inputs) bytes = std::max(bytes, input.shape.elements() * 4);
  const std::int64_t each = std::max<std::int64_t>(1, kShardBytes / bytes) * batch;
  const std::string subject =
      fmt::format("{} {} {} {} {}", job.data->content_hash(), fmt::join(job.how.mean, "/"),
                  fmt::join(job.how.std, "/"), job.how.scale, job.how.bgr);
  std::vector<Shard> shards;
  for (std::int64_t first = 0; first < job.data->size(); first += each) {
    const std::int64_t count = std::min(each, job.data->size() - first);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      Hasher hasher;
      hasher.add(std::string_view(subject)).add(first).add(count);
      if (inputs.size() > 1) hasher.add(std::int64_t(i));
      shards.push_back({first, count, i, hasher.hex() + ".npy"});
    }
  }
  return shards;
}

Result<std::string> line_of(Link& link, const TargetJob& job, const std::string& model) {
  const PlanOptions& plan = job.plan;
  std::string line = fmt::format(
      "measure\tkey={}\tmodel={}\tformat={}\tcompute={}\tschedule={}\tdevice={}\tthreads={}"
      "\ttune={}\tseconds={}",
      job.key, model, plan.format, plan.compute, plan.schedule, plan.device, plan.threads,
      name_of(plan.tune), job.seconds);
  if (job.layers) line += "\tlayers=1";
  if (plan.memory_bytes > 0) line += fmt::format("\tmemory={}", plan.memory_bytes);
  if (!job.data) return line;
  for (const Shard& shard : shards_of(job)) {
    DLIS_TRY(link.hold(shard.name, [&](const fs::path& file) {
      return save_npy(batch_of(*job.data, job.how, shard.first, shard.count)[shard.input], file);
    }));
    line += "\timages=" + shard.name;
  }
  return line;
}

Result<Field> field_of(const FieldSpec& spec, const Json& value) {
  using Kind = FieldSpec::Kind;
  if (value.is_null()) return Field();
  if (value.is_array() && spec.name == std::string_view("layers"))
    return Field(to_json(DLIS_TRY(layers_from_json(value.dump()))));
  if (spec.kind == Kind::text && value.is_string()) return Field(value.get<std::string>());
  if (spec.kind == Kind::integer && value.is_number_integer())
    return Field(value.get<std::int64_t>());
  if (spec.kind == Kind::real && value.is_number()) return Field(value.get<double>());
  return fail(fmt::format("the target's answer has {} = {}", spec.name, value.dump()));
}

Status take(const Json& object, TargetAnswer& answer) {
  for (const auto& [name, value] : object.items())
    if (const FieldSpec* spec = find_field(name))
      answer.fields.set(name, DLIS_TRY(field_of(*spec, value)));
  if (!answer.fields.refused() && answer.fields.number("median_ms").value_or(0) <= 0)
    return fail("the target's answer has no times: " + object.dump());
  const Json classes = object.contains("classes") ? object["classes"] : Json::array();
  if (!classes.is_array()) return fail("the target's answer has no classes");
  for (const Json& one : classes) {
    if (!one.is_number_integer()) return fail("the target's answer has a class " + one.dump());
    answer.classes.push_back(one.get<std::int32_t>());
  }
  return {};
}

}  // namespace

Result<TargetAnswer> measure_on(Link& link, const TargetJob& job) {
  const std::string model = job.graph_hash + ".dlis";
  DLIS_TRY(link.hold(model, [&](const fs::path& file) { return save_dlis(*job.graph, file); }));
  TargetAnswer answer;
  const std::string line = DLIS_TRY(line_of(link, job, model));
  const Json object = DLIS_TRY(link.ask(line));
  DLIS_TRY(take(object, answer));
  const std::size_t images =
      job.data && !answer.fields.refused() ? std::size_t(job.data->size()) : 0;
  if (answer.classes.size() != images)
    return fail(
        fmt::format("the target classified {} of {} images", answer.classes.size(), images));
  return answer;
}

Result<double> layer_ms_on(Link& link, const Graph& layer) {
  constexpr double kSeconds = 0.01;
  const std::string hash = content_hash(layer);
  const TargetJob job{
      .key = "layer." + hash, .graph = &layer, .graph_hash = hash, .seconds = kSeconds};
  const TargetAnswer answer = DLIS_TRY(measure_on(link, job));
  forget(link, job.key);
  link.drop(hash + ".dlis");
  if (answer.fields.refused()) return fail(answer.fields.text("refused"));
  return *answer.fields.number("median_ms");
}

void forget(Link& link, const std::string& key) { link.tell("forget\t" + key); }

}  // namespace dlis
