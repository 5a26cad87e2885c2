// The truth of the operators that only move elements.
#include <algorithm>
#include <cmath>

#include "dlis/compute/nn/nn_truth.h"

namespace dlis::truth {
namespace {

std::size_t axis_of(const Attributes& a) { return std::size_t(a.integer("axis")); }

Outputs concat(const Attributes& a, const Inputs& in) {
  const std::size_t axis = axis_of(a);
  Index shape = in[0].shape;
  shape[axis] = 0;
  for (const Array& x : in) shape[axis] += x.shape[axis];
  Array out(shape);
  std::int64_t at = 0;
  for (const Array& x : in) {
    for_index(x.shape, [&](Index i) {
      const double value = x.at(i);
      i[axis] += at;
      out.at(i) = value;
    });
    at += x.shape[axis];
  }
  return {out};
}

Outputs split(const Attributes& a, const Inputs& in) {
  const std::size_t axis = axis_of(a);
  Outputs outputs;
  std::int64_t at = 0;
  for (std::int64_t extent : a.ints("split")) {
    Index shape = in[0].shape;
    shape[axis] = extent;
    Array out(shape);
    for_index(shape, [&](Index i) {
      double& to = out.at(i);
      i[axis] += at;
      to = in[0].at(i);
    });
    at += extent;
    outputs.push_back(out);
  }
  return outputs;
}

// The positions of one axis that numpy's x[start:end:step] picks.
Index picked(std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
  Index all;
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  if (step > 0) {
    for (std::int64_t i = std::max<std::int64_t>(start, 0); i < std::min(end, extent); i += step)
      all.push_back(i);
  } else {
    for (std::int64_t i = std::min(start, extent - 1); i > std::max<std::int64_t>(end, -1);
         i += step)
      all.push_back(i);
  }
  return all;
}

Outputs slice(const Attributes& a, const Inputs& in) {
  std::vector<Index> positions;
  for (std::int64_t extent : in[0].shape) positions.push_back(picked(extent, 0, extent, 1));
  const Ints axes = a.ints("axes"), starts = a.ints("starts"), ends = a.ints("ends"),
             steps = a.ints("steps");
  for (std::size_t i = 0; i < axes.size(); ++i)
    positions[std::size_t(axes[i])] =
        picked(in[0].shape[std::size_t(axes[i])], starts[i], ends[i], steps[i]);
  Index shape;
  for (const Index& p : positions) shape.push_back(std::int64_t(p.size()));
  Array out(shape);
  for_index(shape, [&](const Index& i) {
    Index from;
    for (std::size_t axis = 0; axis < i.size(); ++axis)
      from.push_back(positions[axis][std::size_t(i[axis])]);
    out.at(i) = in[0].at(from);
  });
  return {out};
}

Outputs transpose(const Attributes& a, const Inputs& in) {
  const Ints perm = a.ints("perm");
  Index shape;
  for (std::int64_t axis : perm) shape.push_back(in[0].shape[std::size_t(axis)]);
  Array out(shape);
  for_index(shape, [&](const Index& i) {
    Index from(i.size());
    for (std::size_t axis = 0; axis < i.size(); ++axis) from[std::size_t(perm[axis])] = i[axis];
    out.at(i) = in[0].at(from);
  });
  return {out};
}

Outputs expand(const Attributes& a, const Inputs& in) {
  Array out(a.ints("shape"));
  for_index(out.shape, [&](const Index& i) { out.at(i) = in[0].spread(i); });
  return {out};
}

// The tests give the output's shape to every one of these.
Outputs reshape(const Attributes& a, const Inputs& in) {
  Array out(a.ints("shape"));
  out.values = in[0].values;
  return {out};
}
Outputs identity(const Attributes&, const Inputs& in) { return {in[0]}; }

Outputs pad(const Attributes& a, const Inputs& in) {
  const Ints pads = a.ints("pads");
  const std::string mode = a.text("mode", "constant");
  const std::size_t rank = in[0].shape.size();
  Index shape = in[0].shape;
  for (std::size_t i = 0; i < rank; ++i) shape[i] += pads[i] + pads[rank + i];
  Array out(shape);
  for_index(shape, [&](const Index& i) {
    Index from = i;
    bool is_inside = true;
    for (std::size_t axis = 0; axis < rank; ++axis) {
      const std::int64_t extent = in[0].shape[axis];
      std::int64_t& x = from[axis];
      x -= pads[axis];
      if (mode == "constant") is_inside = is_inside && x >= 0 && x < extent;
      if (mode == "edge") x = std::clamp<std::int64_t>(x, 0, extent - 1);
      if (mode == "wrap")
        while (x < 0 || x >= extent) x += x < 0 ? extent : -extent;
      if (mode == "reflect")
        while (x < 0 || x >= extent) x = x < 0 ? -x : 2 * (extent - 1) - x;
    }
    out.at(i) = is_inside ? in[0].at(from) : double(a.real("constant_value"));
  });
  return {out};
}

Outputs gather(const Attributes& a, const Inputs& in) {
  const std::size_t axis = axis_of(a), rank = in[1].shape.size();
  Index shape = in[0].shape;
  shape.erase(shape.begin() + std::ptrdiff_t(axis));
  shape.insert(shape.begin() + std::ptrdiff_t(axis), in[1].shape.begin(), in[1].shape.end());
  Array out(shape);
  for_index(shape, [&](const Index& i) {
    const auto begin = i.begin() + std::ptrdiff_t(axis);
    auto k = std::int64_t(in[1].at(Index(begin, begin + std::ptrdiff_t(rank))));
    Index from(i.begin(), begin);
    from.push_back(k < 0 ? k + in[0].shape[axis] : k);
    from.insert(from.end(), begin + std::ptrdiff_t(rank), i.end());
    out.at(i) = in[0].at(from);
  });
  return {out};
}

}  // namespace

void add_movement(Functions& functions) {
  functions["Concat"] = concat;
  functions["Split"] = split;
  functions["Slice"] = slice;
  functions["Transpose"] = transpose;
  functions["Expand"] = expand;
  for (const char* name : {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}) functions[name] = reshape;
  for (const char* name : {"Identity", "Dropout", "Reorder", "Cast"}) functions[name] = identity;
  functions["Pad"] = pad;
  functions["Gather"] = gather;
}

}  // namespace dlis::truth
