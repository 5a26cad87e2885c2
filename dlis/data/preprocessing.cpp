// From bytes to a network's input, and the settings that say how.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "dlis/base/text.h"
#include "dlis/data/dataset.h"

namespace dlis {
namespace {

// "0.485 0.456 0.406", ".485/.456/.406", "[0.5, 0.5, 0.5]"
Result<std::vector<float>> parse_reals(const std::string& text, const char* key) {
  std::string plain = text;
  for (char& c : plain)
    if (c == ',' || c == '/' || c == '[' || c == ']' || c == '(' || c == ')' || c == '\t') c = ' ';
  std::vector<float> values;
  for (const std::string_view part : split(plain, ' '))
    if (!part.empty()) values.push_back(float(DLIS_TRY(parse_real(part, key))));
  if (values.size() != 1 && values.size() != 3)
    return fail(
        fmt::format("'{}' has {} numbers, it needs 1 or 3", text.substr(0, 60), values.size()),
        key);
  return values;
}

Result<int> parse_side(const std::string& text, const char* key) {
  const std::int64_t side = DLIS_TRY(parse_integer(trim(text), key));
  if (side < 0 || side > 16384) return fail("must be 0 to 16384 pixels", key);
  return int(side);
}

Result<Preprocessing> parse(const std::map<std::string, std::string>& metadata) {
  Preprocessing how;
  const auto text = [&](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? nullptr : &found->second;
  };
  if (const auto* value = text("mean")) how.mean = DLIS_TRY(parse_reals(*value, "mean"));
  if (const auto* value = text("std")) how.std = DLIS_TRY(parse_reals(*value, "std"));
  if (std::any_of(how.std.begin(), how.std.end(), [](float x) { return !(x > 0); }))
    return fail("every value must be above 0", "std");
  if (const auto* value = text("scale"))
    how.scale = float(DLIS_TRY(parse_real(trim(*value), "scale")));
  if (!(how.scale > 0)) return fail("must be above 0", "scale");
  if (const auto* value = text("order")) {
    const std::string order = lower(trim(*value));
    if (order != "rgb" && order != "bgr")
      return fail(fmt::format("'{}' is neither rgb nor bgr", order.substr(0, 60)), "order");
    how.bgr = order == "bgr";
  }
  if (const auto* value = text("resize")) how.resize = DLIS_TRY(parse_side(*value, "resize"));
  if (const auto* value = text("crop")) how.crop = DLIS_TRY(parse_side(*value, "crop"));
  return how;
}

}  // namespace

Result<Preprocessing> preprocessing_of(const std::map<std::string, std::string>& metadata) {
  Result<Preprocessing> how = parse(metadata);
  if (!how) how.error().where = "the model's preprocessing, " + how.error().where;
  return how;
}

int Preprocessing::resize_for(std::int64_t height, std::int64_t width) const {
  if (resize == 0 || crop == 0) return resize;
  return int(std::lround(double(resize) * double(std::min(height, width)) / crop));
}

// A byte has 256 values, so one table a channel gives the exact quotient at the price of a load.
Tensor normalised(const Tensor& images, const Preprocessing& how, std::int64_t first,
                  std::int64_t count) {
  const Shape& shape = images.shape();
  DLIS_ASSERT(shape.rank() == 4 && first >= 0 && count >= 0 && first + count <= shape[0]);
  const std::int64_t pixels = shape[1] * shape[2], channels = shape[3];
  Tensor out(DType::f32, {count, channels, shape[1], shape[2]});
  const std::uint8_t* from = images.as<std::uint8_t>().data() + first * pixels * channels;
  float* to = out.edit<float>().data();
  for (std::int64_t c = 0; c < channels; ++c) {
    std::array<float, 256> table;
    for (int x = 0; x < 256; ++x)
      table[std::size_t(x)] = (float(x) / how.scale - how.mean_of(c)) / how.std_of(c);
    const std::int64_t source = how.bgr ? channels - 1 - c : c;
    for (std::int64_t n = 0; n < count; ++n) {
      const std::uint8_t* image = from + n * pixels * channels + source;
      float* plane = to + (n * channels + c) * pixels;
      for (std::int64_t p = 0; p < pixels; ++p) plane[p] = table[image[p * channels]];
    }
  }
  return out;
}

std::vector<Tensor> batch_of(const Dataset& data, const Preprocessing& how, std::int64_t first,
                             std::int64_t count) {
  if (data.arrays.empty()) return {normalised(data.images, how, first, count)};
  std::vector<Tensor> batch;
  for (const Tensor& array : data.arrays) {
    Shape shape = array.shape();
    DLIS_ASSERT(first >= 0 && count >= 0 && first + count <= shape[0]);
    const std::size_t each = std::size_t(array.elements() / shape[0]);
    shape[0] = count;
    const auto rows =
        array.as<float>().subspan(std::size_t(first) * each, std::size_t(count) * each);
    batch.push_back(Tensor::of<float>(shape, rows));
  }
  return batch;
}

}  // namespace dlis
