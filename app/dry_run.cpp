// dlis compress ... --dry-run: what would be left, without training and without a file.
#include "dry_run.h"

#include "json_output.h"

namespace dlis::app {
namespace {

using Row = std::vector<std::string>;

// "64 -> 48", or what it is where nothing changes.
std::string change(const std::string& before, const std::string& after) {
  return before == after ? before : before + " -> " + after;
}

Row row_of(const GroupChange& group) {
  return {group.name, change(std::to_string(group.before), std::to_string(group.after)),
          group.stays.empty() ? "" : "stays: " + group.stays, join(group.layers, " ")};
}

std::string zeros_text(std::int64_t zeros, std::int64_t weights) {
  return percent(weights == 0 ? 0 : double(zeros) / double(weights));
}

std::vector<std::string> cells_of(const std::optional<LayerSize>& size) {
  if (!size) return {"-", "-", "-", "-"};
  return {fmt::format("{}x{}", size->in, size->out), count(size->macs), count(size->parameters),
          zeros_text(size->zeros, size->weights)};
}

std::vector<std::string> cells_of(const NetworkSize& size) {
  return {"", count(size.macs), count(size.parameters), zeros_text(size.zeros, size.weights)};
}

Row row_of(std::string name, std::string kind, const std::vector<std::string>& before,
           const std::vector<std::string>& after) {
  Row row{std::move(name), std::move(kind)};
  for (std::size_t i = 0; i < before.size(); ++i) row.push_back(change(before[i], after[i]));
  return row;
}

void print_tables(const Prediction& found) {
  if (!found.groups.empty()) {
    std::vector<Row> groups{{"channels of", "width", "", "layers"}};
    for (const GroupChange& group : found.groups) groups.push_back(row_of(group));
    print(text_table(groups, "lrll") + "\n");
  }
  std::vector<Row> layers{{"layer", "kind", "channels", "macs", "parameters", "zeros"}};
  for (const LayerChange& layer : found.layers)
    layers.push_back(row_of(layer.name, layer.kind, cells_of(layer.before), cells_of(layer.after)));
  layers.push_back(
      row_of("the network", "all operators", cells_of(found.before), cells_of(found.after)));
  print(text_table(layers, "llrrrr") + "\n");
}

std::string bytes_change(std::int64_t before, std::int64_t after) {
  return change(format_bytes(before), format_bytes(after));
}

void print_text(const Prediction& found) {
  print_tables(found);
  const NetworkSize &before = found.before, &after = found.after;
  print(fmt::format("file about {}; planned weights {}, values {}, scratch {}\n",
                    bytes_change(before.stored_bytes, after.stored_bytes),
                    bytes_change(before.weights_bytes, after.weights_bytes),
                    bytes_change(before.values_bytes, after.values_bytes),
                    bytes_change(before.scratch_bytes, after.scratch_bytes)));
  print(fmt::format("time by the cost model {:.3f} -> {:.3f} ms\n", before.estimated_ms,
                    after.estimated_ms));
  if (found.measured_before_ms)
    print(fmt::format("layers that lose channels, measured alone {:.3f} -> {:.3f} ms\n",
                      *found.measured_before_ms, *found.measured_after_ms));
  for (const std::string& note : found.notes) print(note + "\n");
  print(found.unknown + "\n");
}

Json json_of(const std::optional<LayerSize>& size) {
  if (!size) return {};
  return {{"in", size->in},           {"out", size->out},
          {"macs", size->macs},       {"parameters", size->parameters},
          {"weights", size->weights}, {"zeros", size->zeros}};
}

Json json_of(const NetworkSize& size) {
  return {{"macs", size.macs},
          {"parameters", size.parameters},
          {"weights", size.weights},
          {"zeros", size.zeros},
          {"stored_bytes", size.stored_bytes},
          {"weights_bytes", size.weights_bytes},
          {"activation_bytes", size.values_bytes},
          {"scratch_bytes", size.scratch_bytes},
          {"estimated_ms", size.estimated_ms}};
}

Json json_or_null(const std::optional<double>& ms) { return ms ? Json(*ms) : Json(); }

void print_json(const Stack& stack, const Prediction& found) {
  Json groups = Json::array(), layers = Json::array();
  for (const GroupChange& group : found.groups)
    groups.push_back({{"compress", group.choice},
                      {"name", group.name},
                      {"layers", group.layers},
                      {"width_before", group.before},
                      {"width_after", group.after},
                      {"stays", group.stays.empty() ? Json() : Json(group.stays)}});
  for (const LayerChange& layer : found.layers)
    layers.push_back({{"layer", layer.name},
                      {"kind", layer.kind},
                      {"before", json_of(layer.before)},
                      {"after", json_of(layer.after)}});
  print_line({{"model", stack.model},
              {"compress", text_of(stack.compress)},
              {"groups", groups},
              {"layers", layers},
              {"before", json_of(found.before)},
              {"after", json_of(found.after)},
              {"measured_before_ms", json_or_null(found.measured_before_ms)},
              {"measured_after_ms", json_or_null(found.measured_after_ms)},
              {"notes", found.notes},
              {"not_predicted", found.unknown}});
}

}  // namespace

Status print_dry_run(const ModelArguments& arguments, const std::string& data, bool json) {
  const Origin origin = DLIS_TRY(load_origin(arguments, data));
  CompressOptions as = DLIS_TRY(origin.compress_options());
  if (!arguments.layer_times.empty()) DLIS_TRY(remember_layer_times(as, arguments.layer_times));
  const Prediction found = DLIS_TRY(predict(origin.graph, origin.stack.compress, as));
  if (json)
    print_json(origin.stack, found);
  else
    print_text(found);
  return {};
}

}  // namespace dlis::app
