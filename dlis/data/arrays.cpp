// The row `arrays`: a folder with NAME.npy for each input NAME of the network, an example a row of
// axis 0, and labels.npy; or such folders train/, test/ and heldout/.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "dlis/base/limits.h"
#include "dlis/base/text.h"
#include "dlis/data/split_folder.h"
#include "dlis/format/npy.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
constexpr const char* kOptions[] = {"split", "without"};

// Inputs may be named "serving_default_x:0" or "../x": what is no letter, digit, dash or dot
// becomes an underscore, and so does a dot in front.
std::string file_of(const std::string& input) {
  std::string name = input;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  if (name.empty() || name[0] == '.') name.insert(0, "_");
  return name + ".npy";
}

Error missing(const DatasetRequest& request, const fs::path& place, const std::string& what) {
  std::string files;
  for (const DataInput& input : request.inputs) {
    std::string extents = "N";
    for (int axis = 1; axis < input.shape.rank(); ++axis)
      extents += fmt::format(" x {}", input.shape[axis]);
    files += fmt::format("{} ({}), ", file_of(input.name), extents);
  }
  return {what, place.string(),
          fmt::format("it should hold {}and labels.npy (N whole numbers, -1 for unknown)", files)};
}

Tensor first_rows(const Tensor& all, std::int64_t count) {
  Shape shape = all.shape();
  shape[0] = count;
  const auto values = all.as<float>();
  return Tensor::of<float>(shape, values.first(std::size_t(shape.elements())));
}

Result<std::vector<std::int32_t>> load_labels(const fs::path& file) {
  const Tensor stored = DLIS_TRY(load_npy(file));
  if (stored.type() == DType::f32 || stored.type() == DType::f16)
    return fail(fmt::format("labels are whole numbers, these are {}", name_of(stored.type())),
                file.string(), "save them as int64");
  if (stored.shape().rank() != 1)
    return fail(fmt::format("labels are a list of N, these are {}", stored.shape().text()),
                file.string(), "save one class number for each example");
  const Tensor wide = stored.converted(DType::i64);
  std::vector<std::int32_t> labels;
  for (const std::int64_t label : wide.as<std::int64_t>()) {
    if (label < -1 || label >= kMostClasses)
      return fail(fmt::format("example {} has the label {}", labels.size(), label), file.string(),
                  "classes are numbered from 0; -1 is an unknown one");
    labels.push_back(std::int32_t(label));
  }
  return labels;
}

Status check_shape(const Tensor& array, const DataInput& input, std::int64_t count) {
  Shape wanted = input.shape;
  if (wanted.rank() > 0) wanted[0] = count;
  if (array.shape() == wanted) return {};
  const bool others = array.shape().rank() == wanted.rank() && wanted.rank() > 0 &&
                      std::equal(wanted.begin() + 1, wanted.end(), array.shape().begin() + 1);
  if (others)
    return fail(
        fmt::format("it has {} examples, but there are {} labels", array.shape()[0], count));
  return fail(fmt::format("the array is {}, the network's input '{}' and {} labels need {}",
                          array.shape().text(), input.name, count, wanted.text()));
}

Status check_numbers(const Tensor& array) {
  const auto values = array.as<float>();
  const auto bad = std::ranges::find_if_not(values, [](float x) { return std::isfinite(x); });
  if (bad == values.end()) return {};
  const std::int64_t each = array.elements() / array.shape()[0];
  return fail(fmt::format("example {} holds {}, which no network can judge",
                          (bad - values.begin()) / each, *bad),
              "", "leave such examples out");
}

Result<Tensor> load_array(const fs::path& file, const DataInput& input, std::int64_t count,
                          std::int64_t limit) {
  const auto load = [&]() -> Result<Tensor> {
    const Tensor stored = DLIS_TRY(load_npy(file));
    DLIS_TRY(check_shape(stored, input, count));
    const Tensor real = stored.type() == DType::f32 ? stored : stored.converted(DType::f32);
    const Tensor array = limit < count ? first_rows(real, limit) : real;
    DLIS_TRY(check_numbers(array));
    return array;
  };
  Result<Tensor> array = load();
  if (!array && array.error().where.empty()) array.error().where = file.string();
  return array;
}

// Zeros in place of the input that `without` names: what the others can tell alone.
Status leave_out(const DatasetRequest& request, Dataset& data) {
  const auto given = request.options.find("without");
  if (given == request.options.end()) return {};
  std::vector<std::string> names;
  for (const DataInput& input : request.inputs) names.push_back(input.name);
  const auto at = std::ranges::find(names, given->second);
  if (at == names.end()) return tl::unexpected(unknown_name("input", given->second, names));
  Tensor& array = data.arrays[std::size_t(at - names.begin())];
  array = Tensor(DType::f32, array.shape());
  return {};
}

Result<Dataset> load(const DatasetRequest& request) {
  Dataset data;
  const fs::path place = DLIS_TRY(split_folder(request, data.split));
  std::error_code error;
  if (!fs::is_directory(place, error))
    return tl::unexpected(missing(request, place, "there is no such folder"));
  std::vector<std::string> files{"labels.npy"};
  for (const DataInput& input : request.inputs) files.push_back(file_of(input.name));
  for (const std::string& file : files)
    if (!fs::exists(place / file, error))
      return tl::unexpected(missing(request, place, "there is no " + file));
  data.labels = DLIS_TRY(load_labels(place / files[0]));
  const auto count = std::int64_t(data.labels.size());
  if (count == 0) return fail("there are no examples", place.string());
  const std::int64_t limit = request.limit ? std::min(request.limit, count) : count;
  for (std::size_t i = 0; i < request.inputs.size(); ++i)
    data.arrays.push_back(
        DLIS_TRY(load_array(place / files[i + 1], request.inputs[i], count, limit)));
  data.labels.resize(std::size_t(limit));
  DLIS_TRY(leave_out(request, data));
  return data;
}

}  // namespace

extern constinit const DatasetRow arrays_row{
    .name = "arrays",
    .form = "arrays:DIR?split=test|train|heldout&without=INPUT&limit=N",
    .options = kOptions,
    .load = load,
    .training = training_split,
    .held_out = held_out_split,
    .arrays = true,
};

}  // namespace dlis
