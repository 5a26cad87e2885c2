// Strides, dilations and pads completed and checked; how many windows fit.
#include "dlis/model/ops/window.h"

#include <algorithm>

namespace dlis::model {
namespace {

// Windows of SAME_* cover every stride-th value: ceil(x / stride) of them.
Ints same_pads(const Attributes& attributes, const Shape& x, const Ints& reach,
               const Ints& strides) {
  Ints total;
  for (std::size_t i = 0; i < reach.size(); ++i) {
    const std::int64_t extent = x[int(i) + 2];
    const std::int64_t windows = (extent + strides[i] - 1) / strides[i];
    total.push_back(std::max<std::int64_t>((windows - 1) * strides[i] + reach[i] - extent, 0));
  }
  return share_pads(total, attributes.text("auto_pad") == "SAME_UPPER");
}

Status resolve_pads(Attributes& attributes, const Shape& x, const Ints& reach,
                    const Ints& strides) {
  const std::string mode = attributes.text("auto_pad", "NOTSET");
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER")
    attributes.set("pads", same_pads(attributes, x, reach, strides));
  else if (mode == "VALID")
    attributes.set("pads", Ints(2 * reach.size(), 0));
  else if (mode != "NOTSET" && !mode.empty())
    return fail(fmt::format("auto_pad '{}' is not known", mode));
  return {};
}

Result<std::int64_t> windows_on(std::int64_t extent, std::int64_t begin, std::int64_t end,
                                std::int64_t reach, std::int64_t stride, bool round_up) {
  const std::int64_t room = extent + begin + end - reach;
  if (room < 0)
    return fail(fmt::format("a window that reaches over {} does not fit the padded extent {}",
                            reach, extent + begin + end));
  std::int64_t windows = (room + (round_up ? stride - 1 : 0)) / stride + 1;
  if (round_up && (windows - 1) * stride >= extent + begin) --windows;
  return windows;
}

}  // namespace

Ints share_pads(const Ints& total, bool odd_behind) {
  const std::size_t axes = total.size();
  Ints pads(2 * axes);
  for (std::size_t i = 0; i < axes; ++i) {
    pads[i] = odd_behind ? total[i] / 2 : total[i] - total[i] / 2;
    pads[axes + i] = total[i] - pads[i];
  }
  return pads;
}

Result<Ints> spatial_ints(Attributes& attributes, const char* name, std::size_t count,
                          std::int64_t otherwise, std::int64_t least) {
  Ints values = attributes.ints(name);
  if (values.empty() && attributes.has(name) && attributes.ints(name, Ints(1)) == Ints(1))
    return fail(fmt::format("its {} are no list of integers", name));
  if (values.empty()) values.assign(count, otherwise);
  if (values.size() != count)
    return fail(
        fmt::format("its {} are {} numbers, but have to be {}", name, values.size(), count));
  for (auto value : values)
    if (value < least || value >= std::int64_t(1) << 28)
      return fail(fmt::format("{} in its {} is out of range", value, name));
  attributes.set(name, values);
  return values;
}

Result<Ints> take_kernel(Attributes& attributes, const Shape& weights) {
  const Ints given = attributes.ints("kernel_shape");
  if (!given.empty() && !std::equal(given.begin(), given.end(), weights.begin() + 2, weights.end()))
    return fail(fmt::format("its kernel_shape is not that of its weights, {}", weights.text()));
  attributes.set("kernel_shape", Ints(weights.begin() + 2, weights.end()));
  return spatial_ints(attributes, "kernel_shape", std::size_t(weights.rank()) - 2, 1, 1);
}

Result<Ints> slide_window(Attributes& attributes, const Shape& x, const Ints& kernel,
                          bool round_up) {
  const std::size_t axes = std::size_t(x.rank()) - 2;
  const Ints strides = DLIS_TRY(spatial_ints(attributes, "strides", axes, 1, 1));
  const Ints dilations = DLIS_TRY(spatial_ints(attributes, "dilations", axes, 1, 1));
  Ints reach;
  for (std::size_t i = 0; i < axes; ++i) reach.push_back((kernel[i] - 1) * dilations[i] + 1);
  DLIS_TRY(resolve_pads(attributes, x, reach, strides));
  const Ints pads = DLIS_TRY(spatial_ints(attributes, "pads", 2 * axes, 0, 0));
  Ints extents;
  for (std::size_t i = 0; i < axes; ++i)
    extents.push_back(DLIS_TRY(
        windows_on(x[int(i) + 2], pads[i], pads[axes + i], reach[i], strides[i], round_up)));
  return extents;
}

Status export_window(ExportNode& out) {
  out.node.attributes.erase("auto_pad");
  return {};
}

}  // namespace dlis::model
