// Pad: more elements at the ends of axes (constant, edge, reflect, wrap); negative pads cut off.
#include "dlis/compute/nn/pad.h"

#include <fmt/format.h>

#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/table_copy.h"
#include "dlis/compute/numbers.h"

namespace dlis::nn {
namespace {

std::int64_t wrapped(std::int64_t i, std::int64_t period) { return (i % period + period) % period; }

// The input index behind position i, which may lie outside [0, extent).
std::int64_t source(std::int64_t i, std::int64_t extent, const std::string& mode) {
  if (i >= 0 && i < extent) return i;
  if (extent == 0 || mode == "constant") return kFill;
  if (mode == "edge") return i < 0 ? 0 : extent - 1;
  if (mode == "wrap") return wrapped(i, extent);
  if (extent == 1) return 0;  // reflect, without repeating the edge
  const std::int64_t at = wrapped(i, 2 * (extent - 1));
  return at < extent ? at : 2 * (extent - 1) - at;
}

}  // namespace

// `pads` are given for all axes, or for those in `axes`.
std::vector<std::int64_t> pad_begins(const OpProblem& problem) {
  const int rank = problem.inputs[0].shape.rank();
  const Ints pads = problem.attributes.ints("pads");
  const Ints axes = problem.attributes.ints("axes");
  std::vector<std::int64_t> result(std::size_t(rank), 0);
  for (std::size_t i = 0; i < pads.size() / 2; ++i) {
    std::int64_t axis = axes.empty() ? std::int64_t(i) : axes[i];
    if (axis < 0) axis += rank;
    result[std::size_t(axis)] = pads[i];
  }
  return result;
}

namespace {

Blob build(const OpProblem& problem) {
  const Shape in = problem.inputs[0].shape;
  const TensorDesc& out = problem.outputs[0];
  const std::string mode = problem.attributes.text("mode", "constant");
  const std::vector<std::int64_t> begin = pad_begins(problem);
  Tables tables;
  for (int axis = 0; axis < out.shape.rank(); ++axis) {
    auto& table = tables.emplace_back(std::size_t(out.shape[axis]));
    for (std::int64_t i = 0; i < out.shape[axis]; ++i)
      table[std::size_t(i)] = source(i - begin[std::size_t(axis)], in[axis], mode);
  }
  alignas(8) std::byte fill[8] = {};  // the constant is a real, as the output stores it
  put_real(fill, out.type, 0, out.scale, double(problem.attributes.real("constant_value", 0)));
  return build_table_copy(problem, tables, fill);
}

Verdict accepts(const OpProblem& problem) {
  if (Verdict v = both(needs_inputs(problem, 1, 1), needs_equal_types(problem)); !v) return v;
  const std::string mode = problem.attributes.text("mode", "constant");
  for (const char* known : {"constant", "edge", "reflect", "wrap"})
    if (mode == known) return accept();
  return refuse(fmt::format("pads by constant, edge, reflect or wrap, not {}", mode));
}

}  // namespace

constinit const OpRow pad_row = {.name = "Pad",
                                 .summary = "more elements at the ends of axes",
                                 .tolerance = {0},
                                 .accepts = accepts,
                                 .packed_bytes = packed_bytes<build>,
                                 .pack = pack<build>,
                                 .scratch_bytes = no_scratch,
                                 .phases = one_phase,
                                 .tiles = table_copy_tiles,
                                 .run = table_copy_run};

}  // namespace dlis::nn
