#include "dlis/compute/nn/reshape.h"

#include <fmt/format.h>

#include <numeric>

#include "dlis/compute/nn/operators.h"

namespace dlis::nn {
namespace {

constexpr std::int64_t kTileElements = 4096;

// The copy where no refinement exists: runs that are regular on both sides, found by division.
struct LinearCopy {
  Shape out_shape, out_strides, in_shape, in_strides;
  std::int64_t run = 1, runs = 0, runs_a_tile = 1, tiles = 0;
};

LinearCopy linear_copy(const TensorDesc& out, const TensorDesc& in) {
  LinearCopy copy{out.shape, out.strides, in.shape, in.strides};
  copy.run = std::gcd(out.shape.back(), in.shape.back());
  copy.runs = out.shape.elements() / copy.run;
  copy.runs_a_tile = std::max<std::int64_t>(kTileElements / copy.run, 1);
  copy.tiles = (copy.runs + copy.runs_a_tile - 1) / copy.runs_a_tile;
  return copy;
}

// The offset of the element with that index in logical order.
std::int64_t offset_of(std::int64_t index, const Shape& shape, const Shape& strides) {
  std::int64_t offset = 0;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    offset += index % shape[axis] * strides[axis];
    index /= shape[axis];
  }
  return offset;
}

void run_linear(const LinearCopy& copy, std::size_t size, const std::byte* in, std::byte* out,
                Range tiles) {
  const std::int64_t end = std::min(tiles.end * copy.runs_a_tile, copy.runs);
  for (std::int64_t run = tiles.begin * copy.runs_a_tile; run < end; ++run) {
    const std::int64_t to = offset_of(run * copy.run, copy.out_shape, copy.out_strides);
    const std::int64_t from = offset_of(run * copy.run, copy.in_shape, copy.in_strides);
    copy_block(size, 1, copy.run, out + to * std::int64_t(size), {0, copy.out_strides.back()},
               in + from * std::int64_t(size), {0, copy.in_strides.back()});
  }
}

std::vector<CopyPart> parts(const OpProblem& problem) {
  Loops loops;
  if (!refine(problem.outputs[0], input_desc(problem, 0), loops)) return {};
  return {copy_part(problem, loops)};
}

// One side of the refinement: the axis at hand, what is left of it, the stride of the next piece.
struct Cursor {
  const TensorDesc& desc;
  int axis;
  std::int64_t left = 1, stride = 0;
  explicit Cursor(const TensorDesc& d) : desc(d), axis(d.shape.rank()) { next(); }
  void next() {
    while (left == 1 && axis > 0) {
      --axis;
      left = desc.shape[axis];
      stride = desc.strides[axis];
    }
  }
  void take(std::int64_t extent) {
    left /= extent;
    stride *= extent;
    next();
  }
};

}  // namespace

bool refine(const TensorDesc& out, const TensorDesc& in, Loops& loops) {
  loops = Loops{};
  loops.operands = 2;
  if (out.shape.elements() == 0) {
    add_axis(loops, 0, std::vector<std::int64_t>{1, 1});
    return true;
  }
  Cursor to(out), from(in);
  while (to.left > 1 || from.left > 1) {
    const std::int64_t extent = std::min(to.left, from.left);
    if (extent <= 1 || to.left % extent != 0 || from.left % extent != 0) return false;
    add_axis(loops, extent, std::vector<std::int64_t>{to.stride, from.stride});
    to.take(extent);
    from.take(extent);
  }
  std::reverse(loops.extent, loops.extent + loops.rank);  // they were found from the innermost
  for (int o = 0; o < 2; ++o) std::reverse(loops.stride[o], loops.stride[o] + loops.rank);
  sort_axes(loops);
  collapse_axes(loops);
  return true;
}

Verdict reshape_accepts(const OpProblem& problem) {
  const Verdict count = needs_inputs(problem, 1, 3);
  if (!count) return count;
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (in.type != out.type)
    return refuse(
        fmt::format("moves {} unchanged, not to {}", name_of(in.type), name_of(out.type)));
  if (in.shape.elements() != out.shape.elements())
    return refuse(fmt::format("needs as many elements on both sides: {} and {}", in.shape.text(),
                              out.shape.text()));
  return accept();
}

Blob build_reshape(const OpProblem& problem) {
  const std::vector<CopyPart> affine = parts(problem);
  Blob blob = pack_copies(affine);
  if (affine.empty()) blob.add(linear_copy(problem.outputs[0], input_desc(problem, 0)));
  return blob;
}

std::int64_t reshape_tiles(const OpProblem& problem, int) {
  const std::vector<CopyPart> affine = parts(problem);
  return affine.empty() ? linear_copy(problem.outputs[0], input_desc(problem, 0)).tiles
                        : count_tiles(affine);
}

void reshape_run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  if (*part<std::int64_t>(call.packed) > 0) return run_copies(problem, call, range);
  run_linear(*part<LinearCopy>(call.packed, 64), size_of(problem.outputs[0].type),
             input(problem, call, 0).data, call.outputs[0].data, range);
}

constinit const OpRow reshape_row =
    reshape_row_named("Reshape", "the elements in logical order, in another shape");
constinit const OpRow flatten_row = reshape_row_named("Flatten", "Reshape to a matrix");
constinit const OpRow squeeze_row =
    reshape_row_named("Squeeze", "Reshape without axes of extent 1");
constinit const OpRow unsqueeze_row =
    reshape_row_named("Unsqueeze", "Reshape with new axes of extent 1");
constinit const OpRow identity_row = reshape_row_named("Identity", "a copy");
constinit const OpRow dropout_row = reshape_row_named("Dropout", "a copy (inference)");
constinit const OpRow reorder_row =
    reshape_row_named("Reorder", "a copy into another physical order (inside a plan)");

}  // namespace dlis::nn
