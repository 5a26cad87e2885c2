// Fills the templates.
#include "dlis/explore/export/files.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/data/dataset.h"
#include "dlis/explore/fill.h"
#include "dlis/explore/load.h"

namespace dlis {
namespace {

// On one line of Markdown, whatever a path holds.
std::string code(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '`'; }, '?');
  return "`" + text + "`";
}

std::string top1_text(const Record& r) {
  if (const auto top1 = top1_of(r))
    return fmt::format("{:.2f} % (95 % interval {:.2f} to {:.2f}) of {:.0f} images", top1->value,
                       top1->low, top1->high, r.number("images").value_or(0));
  if (const auto agreement = r.number("agreement"))
    return fmt::format("not known; {:.2f} % of {:.0f} images as the uncompressed network",
                       *agreement, r.number("images").value_or(0));
  return "not measured";
}

std::string time_text(const Record& r) {
  return fmt::format("median {:.4g} ms (p10 {:.4g}, p90 {:.4g}, {:.0f} runs), batch {:.0f}",
                     *r.number("median_ms"), r.number("p10_ms").value_or(0),
                     r.number("p90_ms").value_or(0), r.number("runs").value_or(0),
                     r.number("batch").value_or(1));
}

std::string bytes_text(const Record& r, const char* field) {
  const auto bytes = r.number(field);
  if (!bytes) return "not known";
  return fmt::format("{} bytes ({})", std::int64_t(*bytes), format_bytes(std::int64_t(*bytes)));
}

std::string list_of(const std::vector<float>& values) {
  return fmt::format("{}", fmt::join(values, " "));
}

std::string value_text(const Value& value) {
  return fmt::format("{}: {} {}", code(value.name), name_of(value.type), value.shape->text());
}

std::string values_text(const Folder& folder) {
  std::string text;
  const Graph& graph = folder.graph;
  for (const auto& [what, ids] : {std::pair("Input", &graph.inputs), {"Output", &graph.outputs}})
    for (ValueId id : *ids) text += fmt::format("- {} {}\n", what, value_text(graph.value(id)));
  const auto how = preprocessing_of(graph.metadata);
  const Shape& shape = *graph.value(graph.inputs[0]).shape;
  if (how && graph.inputs.size() == 1 && shape.rank() == 4)
    text += fmt::format(
        "- An image becomes its input as (x / {} - mean) / std, channels {}, mean {}, std {}\n",
        how->scale, how->bgr ? "blue, green, red" : "red, green, blue", list_of(how->mean),
        list_of(how->std));
  return text;
}

std::string network_text(const Folder& folder) {
  if (folder.packed_for.empty())
    return "canonical weights, for any processor; the first start plans and packs them into a file "
           "beside it";
  return fmt::format("packed for the plan, and for {} alone", folder.packed_for);
}

std::string canonical_text(const Folder& folder) {
  if (folder.has_canonical)
    return "- `network.canonical.dlis`: the same weights for any processor; the first start plans "
           "and packs them into a file beside it\n";
  return "";
}

// How to build and run there; empty where none of the files runs there.
std::string build_text(const Folder& folder, const char* name, bool is_arm) {
  const bool fits = folder.packed_for.empty() || folder.packed_for.starts_with("neon") == is_arm;
  if (!fits && !folder.has_canonical) return "";
  return filled(export_template(name), {{"other", fits ? "" : " NETWORK=network.canonical.dlis"}});
}

std::string notes_text(const Folder& folder) {
  std::string text;
  for (const std::string& note : folder.notes) text += "- " + note + "\n";
  return text.empty() ? "" : "\n## Notes\n" + text;
}

Parts parts_of(const Folder& folder) {
  const Record& r = folder.entry.record;
  return {{"stack", code(r.text("stack"))},
          {"number", std::to_string(folder.entry.number)},
          {"store", code(folder.store)},
          {"top1", top1_text(r)},
          {"time", time_text(r)},
          {"peak", bytes_text(r, "peak_bytes")},
          {"file", bytes_text(r, "file_bytes")},
          {"machine", code(r.text("machine"))},
          {"commit", code(r.text("commit"))},
          {"command", code(r.text("command"))},
          {"values", values_text(folder)},
          {"network", network_text(folder)},
          {"onnx",
           folder.has_onnx ? "- `network.onnx`: the network, for `dlis` and other engines\n" : ""},
          {"canonical", canonical_text(folder)},
          {"on_x86", build_text(folder, "on_x86.md", false)},
          {"on_arm", build_text(folder, "on_arm.md", true)},
          {"input", folder.input},
          {"inputs", join(folder.inputs, " ")},
          {"outputs", join(folder.outputs, " ")},
          {"threads", std::to_string(folder.threads)},
          {"tolerance", fmt::format("{:g}", folder.tolerance)},
          {"notes", notes_text(folder)}};
}

}  // namespace

std::map<std::string, std::string> texts_of(const Folder& folder) {
  const Parts parts = parts_of(folder);
  std::map<std::string, std::string> texts;
  for (const char* name : {"example.c", "example.cpp", "Makefile", "README.md"})
    texts[name] = filled(export_template(name), parts);
  return texts;
}

}  // namespace dlis
