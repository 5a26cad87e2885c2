// Fills the fields of records.
#include "dlis/explore/describe.h"

#include <fmt/format.h>

#include "dlis/explore/version.h"

namespace dlis {
namespace {

// The size of the model's file is that of what was measured only where nothing was compressed.
void set_file_bytes(const Stack& stack, Record& record) {
  const auto file = file_of_model(stack.model);
  if (!file || is_compressed(stack)) return;
  std::error_code error;
  const auto bytes = std::filesystem::file_size(*file, error);
  if (!error) record.set("file_bytes", std::int64_t(bytes));
}

}  // namespace

void describe(const Stack& stack, Record& record) {
  record.set("stack", text_of(stack));
  record.set("model", stack.model);
  record.set("compress", text_of(stack.compress));
  record.set("format", stack.format);
  record.set("compute", stack.compute);
  record.set("schedule", text_of(stack.schedule));
  record.set("threads", std::int64_t(stack.threads));
  record.set("device", stack.device);
}

void describe(const Stack& stack, const ModelOptions& options, Record& record) {
  describe(stack, record);
  record.set("batch", options.batch);
  record.set("seed", std::int64_t(options.seed));
  record.set("machine", machine_text());
  record.set("commit", commit());
  set_file_bytes(stack, record);
}

void describe(const Graph& graph, Record& record) {
  record.set("macs", macs_of(graph));
  record.set("parameters", parameters_of(graph));
  record.set("density", density_of(graph));
}

void describe(const Plan& plan, Record& record) {
  record.set("pack_ms", plan.pack_ms);
  record.set("weights_bytes", std::int64_t(plan.weights_bytes));
  record.set("activation_bytes", std::int64_t(plan.arena_bytes));
  record.set("scratch_bytes", std::int64_t(plan.scratch_bytes));
  record.set("peak_bytes", std::int64_t(plan.peak_bytes()));
  record.set("fallback", plan.fallback_macs);
}

void describe(const Timing& timing, Record& record) {
  record.set("median_ms", timing.median_ms);
  record.set("p10_ms", timing.p10_ms);
  record.set("p90_ms", timing.p90_ms);
  record.set("runs", std::int64_t(timing.runs));
  record.set("first_ms", timing.first_ms);
}

void describe(const Accuracy& accuracy, const Dataset& data, Record& record) {
  if (!data.split.empty()) record.set("split", data.split);
  record.set("images", accuracy.images);
  if (accuracy.top1) record.set("top1", *accuracy.top1);
}

bool is_compressed(const Stack& stack) {
  return stack.compress.size() != 1 || stack.compress[0].name != "none";
}

}  // namespace dlis
