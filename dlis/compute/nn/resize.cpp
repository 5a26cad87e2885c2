// Resize: nearest (a copy by tables) or linear interpolation along any axes.
#include "dlis/compute/nn/resize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/compute/nn/operators.h"
#include "dlis/compute/nn/table_copy.h"

namespace dlis::nn {

std::int64_t nearest_index(const std::string& mode, float x, std::int64_t in) {
  float index = std::floor(x);
  if (mode == "ceil") index = std::ceil(x);
  if (mode == "round_prefer_floor") index = std::ceil(x - 0.5f);
  if (mode == "round_prefer_ceil") index = std::floor(x + 0.5f);
  return std::clamp<std::int64_t>(std::int64_t(index), 0, in - 1);
}

std::vector<float> resize_scales(const OpProblem& problem) {
  const Shape &in = problem.inputs[0].shape, &out = problem.outputs[0].shape;
  const Floats given = problem.attributes.floats("scales");
  std::vector<float> scales(std::size_t(in.rank()));
  for (int axis = 0; axis < in.rank(); ++axis)
    scales[std::size_t(axis)] = int(given.size()) == in.rank() ? given[std::size_t(axis)]
                                                               : float(out[axis]) / float(in[axis]);
  return scales;
}

namespace {

bool is_linear(const OpProblem& problem) { return problem.attributes.text("mode") == "linear"; }
std::string coordinates_of(const OpProblem& problem) {
  return problem.attributes.text("coordinate_transformation_mode", "half_pixel");
}

Tables nearest_tables(const OpProblem& problem) {
  const Shape &in = problem.inputs[0].shape, &out = problem.outputs[0].shape;
  const std::string mode = problem.attributes.text("nearest_mode", "round_prefer_floor");
  const std::vector<float> scales = resize_scales(problem);
  Tables tables;
  for (int axis = 0; axis < out.rank(); ++axis) {
    auto& table = tables.emplace_back();
    for (std::int64_t i = 0; i < out[axis]; ++i)
      table.push_back(nearest_index(mode,
                                    resize_coordinate<float>(coordinates_of(problem), i, in[axis],
                                                             out[axis], scales[std::size_t(axis)]),
                                    in[axis]));
  }
  return tables;
}

Verdict accepts(const OpProblem& problem) {
  if (Verdict v = both(needs_inputs(problem, 1, 1), needs_equal_types(problem)); !v) return v;
  const std::string mode = problem.attributes.text("mode", "nearest"),
                    coordinates = coordinates_of(problem);
  bool is_known = false;
  for (const char* known :
       {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric"})
    is_known = is_known || coordinates == known;
  if (!is_known) return refuse(fmt::format("does not know the coordinates of {}", coordinates));
  if (mode != "nearest" && mode != "linear")
    return refuse(fmt::format("is nearest or linear, not {}", mode));
  return is_linear(problem) ? accepts_linear(problem) : accept();
}

Blob build(const OpProblem& problem) {
  const std::uint64_t nothing = 0;
  return is_linear(problem) ? build_linear(problem)
                            : build_table_copy(problem, nearest_tables(problem), &nothing);
}

std::int64_t tiles(const OpProblem& problem, int phase) {
  return is_linear(problem) ? linear_tiles(problem) : table_copy_tiles(problem, phase);
}

void run(const OpProblem& problem, const Call& call, int phase, Range range, Worker worker) {
  if (is_linear(problem)) return run_linear(problem, call, range);
  table_copy_run(problem, call, phase, range, worker);
}

}  // namespace

constinit const OpRow resize_row = {.name = "Resize",
                                    .summary = "nearest or linear interpolation",
                                    .tolerance = {2e-6},
                                    .accepts = accepts,
                                    .packed_bytes = packed_bytes<build>,
                                    .pack = pack<build>,
                                    .scratch_bytes = no_scratch,
                                    .phases = one_phase,
                                    .tiles = tiles,
                                    .run = run};

}  // namespace dlis::nn
