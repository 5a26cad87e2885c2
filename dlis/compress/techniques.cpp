// Layer 2's list, and chains of its rows.
#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/compress/checkpoint.h"
#include "dlis/compress/statistics.h"

namespace dlis {

#define DLIS_ROW(name) extern const Technique name##_row;
#include "dlis/compress/techniques.inc"
#undef DLIS_ROW

std::span<const Technique* const> techniques() {
#define DLIS_ROW(name) &name##_row,
  static constexpr const Technique* kRows[] = {
#include "dlis/compress/techniques.inc"
  };
#undef DLIS_ROW
  return kRows;
}

const Technique* find_technique(std::string_view name) {
  for (const Technique* row : techniques())
    if (row->name == name) return row;
  return nullptr;
}

namespace {
const ParameterSpec* find_parameter(const Technique& row, std::string_view name) {
  for (const ParameterSpec& parameter : row.parameters)
    if (parameter.name == name) return &parameter;
  return nullptr;
}
}  // namespace

Status check_choice(const Choice& choice) {
  const Technique* row = find_technique(choice.name);
  if (!row)
    return tl::unexpected(
        unknown_name("compression technique", choice.name, names_of(techniques())));
  std::vector<std::string> known;
  for (const ParameterSpec& parameter : row->parameters) {
    known.emplace_back(parameter.name);
    if (!parameter.otherwise && !choice.parameters.count(parameter.name))
      return fail(
          fmt::format("{} needs the parameter '{}'", row->name, parameter.name), "",
          fmt::format("write {}:{}=... ({})", row->name, parameter.name, parameter.summary));
  }
  for (const auto& [name, value] : choice.parameters)
    if (!find_parameter(*row, name))
      return tl::unexpected(unknown_name(fmt::format("parameter of {}", row->name), name, known));
  return {};
}

bool retrains(const Choice& choice) {
  const auto epochs = choice.parameters.find("epochs");
  return epochs != choice.parameters.end() && epochs->second != "0";
}

bool needs_images(std::span<const Choice> chain) {
  return std::ranges::any_of(chain, [](const Choice& choice) {
    const Technique* row = find_technique(choice.name);
    return row && (retrains(choice) || (row->needs_images && row->needs_images(choice)));
  });
}

bool uses_images(std::span<const Choice> chain) {
  return needs_images(chain) || std::ranges::any_of(chain, [](const Choice& choice) {
           const Technique* row = find_technique(choice.name);
           return row && statistics_of(*row, choice).value_or(0) > 0;
         });
}

std::string parameter_of(const Technique& row, const Choice& choice, std::string_view name) {
  if (const auto given = choice.parameters.find(std::string(name));
      given != choice.parameters.end())
    return given->second;
  const ParameterSpec* parameter = find_parameter(row, name);
  return parameter && parameter->otherwise ? parameter->otherwise : "";
}

Result<bool> is_second(const Technique& row, const Choice& choice, const char* name,
                       std::string_view first, std::string_view second) {
  const std::string word = parameter_of(row, choice, name);
  if (word != first && word != second)
    return fail(fmt::format("must be {} or {}", first, second), name);
  return word == second;
}

namespace {
Result<Compressed> applied(const Graph& graph, const Choice& choice,
                           const CompressOptions& options) {
  const Technique& row = *find_technique(choice.name);
  const std::int64_t images = DLIS_TRY(statistics_of(row, choice, options.one_shot));
  return images > 0 ? apply_with_statistics(row, graph, choice, options, images)
                    : row.apply(graph, choice, options);
}
}  // namespace

Result<Compressed> compress(const Graph& graph, std::span<const Choice> chain,
                            const CompressOptions& options) {
  for (const Choice& choice : chain) DLIS_TRY(check_choice(choice));
  const auto changes = [](const Choice& choice) { return choice.name != "none"; };
  if (graph.packed && std::ranges::any_of(chain, changes))
    return fail("its weights are packed for one plan", graph.name, "compress the ONNX file");
  if (!options.checkpoints.folder.empty()) DLIS_TRY(check_checkpoints(options.checkpoints.folder));
  Compressed result{graph, {}, {}};
  CompressOptions noted = options;
  noted.checkpoints.begun = [&](const auto& file) { result.checkpoints.push_back(file); };
  for (const Choice& choice : chain) {
    Result<Compressed> next = applied(result.graph, choice, noted);
    if (!next) {
      const std::string inside = next.error().where;
      next.error().where = text_of(choice) + (inside.empty() ? "" : ", " + inside);
      return tl::unexpected(next.error());
    }
    result.graph = std::move(next->graph);
    if (next->surgery) result.surgery = std::move(next->surgery);
    for (std::string& note : next->notes) result.notes.push_back(std::move(note));
  }
  return result;
}

}  // namespace dlis
