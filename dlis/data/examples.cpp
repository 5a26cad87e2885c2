// What a data set holds: whether a network can read it, a sample, a hash.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "dlis/base/hash.h"
#include "dlis/data/dataset.h"

namespace dlis {

namespace {

Status check_images(const Dataset& data, const std::vector<DataInput>& inputs) {
  const Shape& size = data.images.shape();
  const Shape image{1, size[3], size[1], size[2]};
  if (inputs.size() != 1 || inputs[0].shape.rank() != 4)
    return fail(fmt::format("the network has {} inputs, the first {}, the data is images",
                            inputs.size(), inputs.empty() ? "none" : inputs[0].shape.text()),
                data.spec, "give data that the network was made for");
  Shape wanted = inputs[0].shape;
  wanted[0] = 1;
  if (wanted == image) return {};
  return fail(fmt::format("the network takes images of {}x{}x{}, the data has {}x{}x{}", wanted[1],
                          wanted[2], wanted[3], image[1], image[2], image[3]),
              data.spec, "give data of that size or another --shape");
}

}  // namespace

Status check_inputs(const Dataset& data, const std::vector<DataInput>& inputs) {
  if (data.arrays.empty()) return check_images(data, inputs);
  if (inputs.size() != data.arrays.size())
    return fail(fmt::format("the network has {} inputs, the data is for {}", inputs.size(),
                            data.arrays.size()),
                data.spec);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Shape wanted = inputs[i].shape;
    if (wanted.rank() > 0) wanted[0] = data.size();
    if (wanted != data.arrays[i].shape())
      return fail(fmt::format("the input '{}' takes {}, the data has {}", inputs[i].name,
                              wanted.text(), data.arrays[i].shape().text()),
                  data.spec, "give data of that size or another --shape");
  }
  return {};
}

Status check_classes(const Dataset& data, std::int64_t classes) {
  constexpr const char* kHint = "give the data that the network was made for";
  if (data.classes > 0 && data.classes != classes)
    return fail(fmt::format("the network tells {} classes, the data has {}", classes, data.classes),
                data.spec, kHint);
  for (const std::int32_t label : data.labels)
    if (label >= classes)
      return fail(
          fmt::format("an image has the label {}, the network tells {} classes", label, classes),
          data.spec, kHint);
  return {};
}

namespace {

// The examples `rows` of axis 0.
Tensor rows_of(const Tensor& all, const std::vector<std::int64_t>& rows) {
  Shape shape = all.shape();
  const std::size_t each = all.bytes() / std::size_t(std::max<std::int64_t>(1, shape[0]));
  shape[0] = std::int64_t(rows.size());
  Tensor some(all.type(), shape);
  std::byte* to = some.edit_data();
  for (const std::int64_t row : rows) {
    std::memcpy(to, all.data() + std::size_t(row) * each, each);
    to += each;
  }
  return some;
}

}  // namespace

Dataset sample_of(const Dataset& all, std::int64_t count) {
  Dataset some = all;
  if (count >= all.size()) return some;
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(i * all.size() / count);
  if (all.images.has_value()) some.images = rows_of(all.images, rows);
  for (Tensor& array : some.arrays) array = rows_of(array, rows);
  some.labels.clear();
  for (const std::int64_t row : rows) some.labels.push_back(all.labels[std::size_t(row)]);
  return some;
}

std::string Dataset::content_hash() const {
  Hasher hasher;
  const auto add = [&](const Tensor& tensor) {
    for (const std::int64_t extent : tensor.shape()) hasher.add(extent);
    hasher.add(std::span(tensor.data(), tensor.bytes()));
  };
  if (images.has_value()) add(images);
  for (const Tensor& array : arrays) add(array);
  for (const std::int32_t label : labels) hasher.add(std::int64_t(label));
  return hasher.hex();
}

}  // namespace dlis
