// Gather: entries of `axis` picked by indices (i32 or i64), negative ones counted from the end; an
// index outside the axis takes the nearest entry.
#include <fmt/format.h>

#include "dlis/compute/nn/copy.h"
#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

// A tile is `step` indices; the copy of one index runs over all other axes.
struct Params {
  Loops slice;    // operands: output, input
  Loops indices;  // operands: output, indices; in the order of the indices
  std::int64_t count = 1, step = 1;
  std::int64_t extent = 1, stride = 0;  // of the picked axis
};

Params params_of(const OpProblem& problem) {
  const TensorDesc in = input_desc(problem, 0), index = input_desc(problem, 1);
  const TensorDesc& out = problem.outputs[0];
  int axis = int(problem.attributes.integer("axis"));
  if (axis < 0) axis += in.shape.rank();
  Params p;
  p.slice.operands = p.indices.operands = 2;
  for (int i = 0; i < in.shape.rank(); ++i) {
    if (i == axis) continue;
    const int out_axis = i < axis ? i : i - 1 + index.shape.rank();
    const std::int64_t strides[] = {out.strides[out_axis], in.strides[i]};
    add_axis(p.slice, in.shape[i], strides);
  }
  for (int i = 0; i < index.shape.rank(); ++i) {
    const std::int64_t strides[] = {out.strides[axis + i], index.strides[i]};
    add_axis(p.indices, index.shape[i], strides);
  }
  sort_axes(p.slice);
  collapse_axes(p.slice);
  collapse_axes(p.indices);
  p.count = p.slice.count() == 0 ? 0 : p.indices.count();
  p.step = std::max<std::int64_t>(4096 / std::max<std::int64_t>(p.slice.count(), 1), 1);
  p.extent = in.shape[axis];
  p.stride = in.strides[axis];
  return p;
}

Verdict accepts(const OpProblem& problem) {
  if (Verdict v = both(needs_inputs(problem, 2, 2), needs_equal_types(problem)); !v) return v;
  const DType type = problem.inputs[1].type;
  if (type != DType::i64 && type != DType::i32)
    return refuse(fmt::format("takes indices in i32 or i64, not {}", name_of(type)));
  return problem.inputs[0].shape.rank() > 0 ? accept() : refuse("needs an axis to pick from");
}

Blob build(const OpProblem& problem) {
  Blob blob;
  blob.add(params_of(problem));
  return blob;
}

std::int64_t tiles(const OpProblem& problem, int) {
  const Params p = params_of(problem);
  return (p.count + p.step - 1) / p.step;
}

struct Picker {
  const Params& p;
  ConstView indices;

  // Output and input offsets of index number i, in elements.
  void at(std::int64_t i, std::int64_t& to, std::int64_t& from) const {
    std::int64_t where = 0;
    to = 0;
    for (int axis = p.indices.rank - 1; axis >= 0; --axis) {
      const std::int64_t step = i % p.indices.extent[axis];
      i /= p.indices.extent[axis];
      to += step * p.indices.stride[0][axis];
      where += step * p.indices.stride[1][axis];
    }
    std::int64_t picked = indices.type == DType::i64 ? indices.as<std::int64_t>()[where]
                                                     : indices.as<std::int32_t>()[where];
    if (picked < 0) picked += p.extent;
    from = std::clamp<std::int64_t>(picked, 0, std::max<std::int64_t>(p.extent - 1, 0)) * p.stride;
  }
};

void run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  const Params& p = *part<Params>(call.packed);
  const Picker picker{p, input(problem, call, 1)};
  const auto size = std::int64_t(size_of(problem.outputs[0].type));
  const std::byte* const in = input(problem, call, 0).data;
  std::byte* const out = call.outputs[0].data;
  const std::int64_t end = std::min(range.end * p.step, p.count);
  for (std::int64_t i = range.begin * p.step; i < end; ++i) {
    std::int64_t to = 0, from = 0;
    picker.at(i, to, from);
    for_all(p.slice, [&](std::int64_t rows, std::int64_t cols, const std::int64_t* at) {
      copy_block(std::size_t(size), rows, cols, out + (to + at[0]) * size,
                 {p.slice.row_stride(0), p.slice.col_stride(0)}, in + (from + at[1]) * size,
                 {p.slice.row_stride(1), p.slice.col_stride(1)});
    });
  }
}

}  // namespace

constinit const OpRow gather_row = {.name = "Gather",
                                    .summary = "entries of an axis picked by indices",
                                    .tolerance = {0},
                                    .accepts = accepts,
                                    .packed_bytes = packed_bytes<build>,
                                    .pack = pack<build>,
                                    .scratch_bytes = no_scratch,
                                    .phases = one_phase,
                                    .tiles = tiles,
                                    .run = run};

}  // namespace dlis::nn
