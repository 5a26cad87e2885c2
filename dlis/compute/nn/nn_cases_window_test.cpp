// Cases of pooling, transposed convolution and resizing.
#include "dlis/compute/nn/nn_cases.h"

namespace dlis {
namespace {

using Setting = std::pair<std::string, Attribute>;

Setting ints(const char* name, Ints values) { return {name, values}; }
Setting flag(const char* name, std::int64_t value = 1) { return {name, value}; }
Setting kernel(Ints values) { return ints("kernel_shape", values); }
Setting strides(Ints values) { return ints("strides", values); }
Setting pads(Ints values) { return ints("pads", values); }
Setting dilations(Ints values) { return ints("dilations", values); }
Setting text(const char* name, const char* value) { return {name, std::string(value)}; }
Setting scales(Floats values) { return {"scales", values}; }

}  // namespace

const std::vector<Listed>& window_cases() {
  static const std::vector<Listed> cases = {
      {"MaxPool", {{1, 64, 12, 12}}, {kernel({2, 2}), strides({2, 2})}},
      {"MaxPool", {{2, 67, 11, 13}}, {kernel({3, 3}), strides({2, 2}), pads({1, 1, 1, 1})}},
      {"MaxPool",
       {{1, 5, 9, 9}},
       {kernel({3, 2}), strides({2, 3}), pads({1, 0, 0, 1}), flag("ceil_mode")}},
      {"MaxPool", {{1, 130, 7, 7}}, {kernel({3, 3}), dilations({2, 2}), pads({2, 1, 0, 1})}},
      {"MaxPool", {{2, 3, 32}}, {kernel({4}), strides({3}), pads({1, 2})}},
      {"MaxPool",
       {{1, 4, 4, 5, 6}},
       {kernel({2, 2, 3}), strides({1, 2, 1}), pads({1, 0, 1, 0, 1, 1})}},
      {"AveragePool", {{1, 64, 12, 12}}, {kernel({2, 2}), strides({2, 2})}},
      {"AveragePool", {{2, 19, 11, 13}}, {kernel({3, 3}), strides({2, 2}), pads({1, 1, 1, 1})}},
      {"AveragePool",
       {{2, 19, 11, 13}},
       {kernel({3, 3}), strides({2, 2}), pads({1, 0, 2, 1}), flag("count_include_pad")}},
      {"AveragePool",
       {{1, 6, 8, 8}},
       {kernel({3, 3}), strides({2, 2}), flag("ceil_mode"), flag("count_include_pad"),
        pads({1, 1, 0, 0})}},
      {"AveragePool", {{1, 6, 8, 8}}, {kernel({3, 3}), strides({2, 2}), flag("ceil_mode")}},
      {"AveragePool",
       {{1, 6, 10, 8}},
       {kernel({3, 3}), dilations({3, 2}), pads({1, 1, 1, 1}), flag("count_include_pad")}},
      {"AveragePool", {{2, 3, 17}}, {kernel({5}), strides({2}), pads({2, 2})}},
      {"AveragePool", {{1, 300, 7, 7}}, {kernel({7, 7})}},
      {"AveragePool",
       {{1, 4, 4, 5, 6}},
       {kernel({2, 2, 3}), pads({1, 0, 1, 0, 1, 1}), flag("count_include_pad")}},
      {"GlobalAveragePool", {{2, 67, 7, 5}}},
      {"GlobalAveragePool", {{1, 1280, 3, 3}}},
      {"GlobalAveragePool", {{1, 33, 9, 9}}},  // tiles of 32 channels and of one
      {"GlobalAveragePool", {{2, 5, 300}}},
      {"GlobalAveragePool", {{1, 3, 2, 3, 4}}},
      {"GlobalAveragePool", {{4, 10, 1, 1}}},
      {"GlobalMaxPool", {{2, 67, 7, 5}}},
      {"GlobalMaxPool", {{2, 5, 300}}},
      {"ConvTranspose", {{1, 3, 5, 6}, {3, 4, 3, 3}}},
      {"ConvTranspose",
       {{2, 20, 7, 9}, {20, 37, 3, 3}, {37}},
       {strides({2, 2}), pads({1, 1, 1, 1}), ints("output_padding", {1, 1})}},
      {"ConvTranspose",
       {{1, 8, 6, 5}, {8, 3, 4, 2}, {6}},
       {strides({3, 2}), dilations({1, 2}), pads({0, 1, 2, 0}), flag("group", 2)}},
      {"ConvTranspose", {{1, 16, 8, 60}, {16, 33, 2, 2}, {33}}, {strides({2, 2})}},
      {"ConvTranspose", {{2, 4, 11}, {4, 6, 5}, {6}}, {strides({3}), pads({1, 2})}},
      {"ConvTranspose", {{1, 6, 4, 4}, {6, 1, 3, 3}}, {flag("group", 6), strides({5, 5})}},
      {"Resize",
       {{1, 33, 5, 7}},
       {text("mode", "nearest"), scales({1, 1, 2, 2}),
        text("coordinate_transformation_mode", "asymmetric"), text("nearest_mode", "floor")}},
      {"Resize",
       {{2, 3, 8, 10}},
       {text("mode", "nearest"), scales({1, 1, 0.5, 1.5}),
        text("coordinate_transformation_mode", "half_pixel"),
        text("nearest_mode", "round_prefer_floor")}},
      {"Resize",
       {{2, 3, 4, 6}},
       {text("mode", "nearest"), ints("sizes", {2, 3, 7, 3}),
        text("coordinate_transformation_mode", "align_corners"), text("nearest_mode", "ceil")}},
      {"Resize",
       {{2, 3, 4, 6}},
       {text("mode", "nearest"), ints("sizes", {2, 3, 8, 12}),
        text("coordinate_transformation_mode", "half_pixel"),
        text("nearest_mode", "round_prefer_ceil")}},
      {"Resize",
       {{1, 33, 5, 7}},
       {text("mode", "linear"), scales({1, 1, 2, 2}),
        text("coordinate_transformation_mode", "half_pixel")}},
      {"Resize",
       {{2, 16, 8, 10}},
       {text("mode", "linear"), ints("sizes", {2, 16, 5, 23}),
        text("coordinate_transformation_mode", "align_corners")}},
      {"Resize",
       {{2, 5, 8, 10}},
       {text("mode", "linear"), scales({1, 1, 0.6f, 1.3f}),
        text("coordinate_transformation_mode", "asymmetric")}},
      {"Resize",
       {{2, 5, 3, 10}},
       {text("mode", "linear"), ints("sizes", {2, 5, 1, 4}),
        text("coordinate_transformation_mode", "pytorch_half_pixel")}},
      {"Resize",
       {{2, 5, 30}},
       {text("mode", "linear"), scales({1, 1, 1.7f}),
        text("coordinate_transformation_mode", "half_pixel_symmetric")}},
      {"Resize",
       {{4, 5, 6}},
       {text("mode", "linear"), scales({2, 2, 2}),
        text("coordinate_transformation_mode", "half_pixel")}},
      {"MaxPool",
       {{2, 19, 9, 7}},
       {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 1}}, {"pads", Ints{1, 1, 1, 1}}},
       0,
       255,
       DType::u8,
       DType::u8},
      {"MaxPool",
       {{1, 70, 8, 8}},
       {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}},
       -128,
       127,
       DType::i8,
       DType::i8},
  };
  return cases;
}

}  // namespace dlis
