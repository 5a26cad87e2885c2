// The list of data kinds, and the reading of their line.
#include "dlis/data/dataset.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"

namespace dlis {

#define DLIS_ROW(name) extern const DatasetRow name##_row;
#include "dlis/data/datasets.inc"
#undef DLIS_ROW

std::span<const DatasetRow* const> datasets() {
#define DLIS_ROW(name) &name##_row,
  static constexpr const DatasetRow* kRows[] = {
#include "dlis/data/datasets.inc"
  };
#undef DLIS_ROW
  return kRows;
}

namespace {

Result<const DatasetRow*> find_row(std::string_view kind, const std::string& spec) {
  for (const DatasetRow* row : datasets())
    if (row->name == kind) return row;
  Error error = unknown_name("kind of data", kind, names_of(datasets()));
  error.where = spec.substr(0, 200);
  return tl::unexpected(error);
}

// "split=test&limit=5": only known names, each once.
Result<std::map<std::string, std::string>> parse_options(std::string_view text,
                                                         const DatasetRow& row) {
  std::map<std::string, std::string> options;
  if (text.empty()) return options;
  std::vector<std::string> known(row.options.begin(), row.options.end());
  known.push_back("limit");
  for (const std::string_view part : split(text, '&')) {
    const std::size_t equals = part.find('=');
    const std::string name(part.substr(0, equals));
    if (std::find(known.begin(), known.end(), name) == known.end())
      return tl::unexpected(unknown_name(fmt::format("option of {} data", row.name), name, known));
    if (equals == std::string_view::npos || equals + 1 == part.size())
      return fail(fmt::format("option '{}' has no value", name), "",
                  fmt::format("write {}", row.form));
    if (!options.emplace(name, part.substr(equals + 1)).second)
      return fail(fmt::format("option '{}' is given twice", name));
  }
  return options;
}

Result<DatasetRequest> parse_request(std::string_view rest, const DatasetRow& row) {
  const std::size_t question = rest.find('?');
  DatasetRequest request;
  request.place = rest.substr(0, question);
  if (request.place.empty())
    return fail("nothing follows the colon", "", fmt::format("write {}", row.form));
  if (question != std::string_view::npos)
    request.options = DLIS_TRY(parse_options(rest.substr(question + 1), row));
  if (const auto limit = request.options.find("limit"); limit != request.options.end()) {
    request.limit = DLIS_TRY(parse_integer(limit->second, "limit"));
    if (request.limit <= 0) return fail("limit must be at least 1");
    request.options.erase(limit);
  }
  return request;
}

// H x W x C of an N x C x H x W input.
Result<Shape> image_shape(const std::vector<DataInput>& inputs) {
  if (inputs.size() != 1)
    return fail(fmt::format("the network has {} inputs, images need one", inputs.size()), "",
                "give arrays:DIR with a .npy file for each input");
  const Shape& input = inputs[0].shape;
  const bool ok =
      input.rank() == 4 && (input[1] == 1 || input[1] == 3) && input[2] > 0 && input[3] > 0;
  if (!ok)
    return fail(fmt::format("the network's input is {}, images need N x 3 x H x W or N x 1 x H x W",
                            input.text()));
  return Shape{input[2], input[3], input[1]};
}

Result<Dataset> load(const std::string& spec, const std::vector<DataInput>& inputs,
                     const Preprocessing& how) {
  const std::size_t colon = spec.find(':');
  const DatasetRow& row = *DLIS_TRY(find_row(std::string_view(spec).substr(0, colon), spec));
  if (colon == std::string::npos)
    return fail(fmt::format("'{}' says not which", row.name), "",
                fmt::format("write {}", row.form));
  DatasetRequest request = DLIS_TRY(parse_request(std::string_view(spec).substr(colon + 1), row));
  for (const DataInput& input : inputs)
    if (input.shape.rank() == 0)
      return fail(fmt::format("the network's input '{}' has no batch axis", input.name));
  const Result<Shape> image = image_shape(inputs);
  if (!image && (!row.arrays || inputs.empty())) return tl::unexpected(image.error());
  if (image) request.image = *image;
  request.inputs = inputs;
  request.how = how;
  Dataset data = DLIS_TRY(row.load(request));
  data.spec = spec;
  return data;
}

}  // namespace

Result<Dataset> load_dataset(const std::string& spec, const std::vector<DataInput>& inputs,
                             const Preprocessing& how) {
  Result<Dataset> data = load(spec, inputs, how);
  if (!data && data.error().where.empty()) data.error().where = "data " + spec.substr(0, 200);
  return data;
}

Result<Dataset> load_dataset(const std::string& spec, const Shape& input_shape,
                             const Preprocessing& how) {
  return load_dataset(spec, std::vector<DataInput>{{"input", input_shape}}, how);
}

namespace {

using Part = std::string (*DatasetRow::*)(const std::string& place);

// "&without=x" of "arrays:DIR?split=test&without=x&limit=2": what does not say which part.
std::string other_options(std::string_view spec) {
  const std::size_t question = spec.find('?');
  std::string kept;
  if (question == std::string_view::npos) return kept;
  for (const std::string_view option : split(spec.substr(question + 1), '&'))
    if (!option.starts_with("split=") && !option.starts_with("limit="))
      kept += "&" + std::string(option);
  return kept;
}

// The part of the data that the row names; none: it has no such part.
std::optional<std::string> part_spec(const std::string& spec, Part part) {
  const std::size_t colon = spec.find(':'), question = spec.find('?');
  const auto row = find_row(std::string_view(spec).substr(0, colon), spec);
  if (!row || colon == std::string::npos || !((*row)->*part)) return std::nullopt;
  const std::string options = ((*row)->*part)(spec.substr(colon + 1, question - colon - 1));
  if (options.empty()) return spec;
  return spec.substr(0, question) + "?" + options + other_options(spec);
}

}  // namespace

std::string training_spec(const std::string& spec) {
  return part_spec(spec, &DatasetRow::training).value_or(spec);
}

std::string held_out_spec(const std::string& spec) {
  const auto held_out = part_spec(spec, &DatasetRow::held_out);
  return held_out ? *held_out : training_spec(spec);
}

}  // namespace dlis
