#include "dlis/compute/nn/table_copy.h"

#include <numeric>

namespace dlis::nn {
namespace {

constexpr std::int64_t kTileElements = 8192;

// Axes in the order of the output's memory. A table holds input offsets in elements, or kNowhere.
constexpr std::int64_t kNowhere = INT64_MIN;
struct Params {
  int rank = 0;
  std::int64_t extent[kMaxRank] = {}, out_stride[kMaxRank] = {};
  std::size_t table[kMaxRank] = {};  // offsets into the packed bytes
  std::int64_t rows = 0, row_step = 1;
  std::int64_t run_stride = 0;  // of the input where the innermost axis is regular
  bool is_regular = false;      // the innermost table is 0, s, 2s, ...
  std::uint64_t fill = 0;
};

std::vector<int> memory_order(const TensorDesc& out) {
  std::vector<int> order(std::size_t(out.shape.rank()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return out.strides[a] > out.strides[b]; });
  // An axis of extent 1 must not be the innermost: it would make runs of one element.
  std::stable_partition(order.begin(), order.end(), [&](int a) { return out.shape[a] == 1; });
  return order;
}

std::int64_t row_step(const OpProblem& problem, std::int64_t rows, std::int64_t cols) {
  const std::int64_t share = problem.workers > 1 ? rows / (4 * problem.workers) : rows;
  return std::max<std::int64_t>(std::min(kTileElements / std::max<std::int64_t>(cols, 1), share),
                                1);
}

std::int64_t count_rows(const OpProblem& problem, std::int64_t& cols) {
  const TensorDesc& out = problem.outputs[0];
  const std::vector<int> order = memory_order(out);
  cols = order.empty() ? 1 : out.shape[order.back()];
  return cols == 0 ? 0 : out.shape.elements() / cols;
}

struct Copier {
  const Params& params;
  const std::byte* packed;
  std::int64_t size;  // of an element
  const std::byte* in;
  std::byte* out;

  const std::int64_t* table(int axis) const {
    return part<std::int64_t>(packed, params.table[axis]);
  }

  // Rows [begin, end): all axes but the innermost are one index; the second innermost runs in a
  // loop.
  void rows(std::int64_t begin, std::int64_t end) const {
    const int middle = params.rank - 2;
    const std::int64_t inner = middle >= 0 ? params.extent[middle] : 1;
    for (std::int64_t row = begin; row < end;) {
      const std::int64_t first = row % inner, count = std::min(inner - first, end - row);
      std::int64_t outer = row / inner, from = 0, to = 0;
      for (int axis = middle - 1; axis >= 0; --axis) {
        const std::int64_t i = outer % params.extent[axis];
        outer /= params.extent[axis];
        to += i * params.out_stride[axis];
        from = joined(from, table(axis)[i]);
      }
      for (std::int64_t i = first; i < first + count; ++i)
        middle < 0 ? line(from, to)
                   : line(joined(from, table(middle)[i]), to + i * params.out_stride[middle]);
      row += count;
    }
  }

 private:
  static std::int64_t joined(std::int64_t from, std::int64_t offset) {
    return from == kNowhere || offset == kNowhere ? kNowhere : from + offset;
  }

  void line(std::int64_t from, std::int64_t to) const {
    const int last = params.rank - 1;
    const Strides2 out_strides{0, params.out_stride[last]};
    const auto* const fill = reinterpret_cast<const std::byte*>(&params.fill);
    std::byte* const target = out + to * size;
    const std::size_t bytes = std::size_t(size);
    if (from == kNowhere)
      return copy_block(bytes, 1, params.extent[last], target, out_strides, fill, {0, 0});
    const std::byte* const source = in + from * size;
    if (params.is_regular)
      return copy_block(bytes, 1, params.extent[last], target, out_strides, source,
                        {0, params.run_stride});
    const std::int64_t* const offsets = table(last);
    for (std::int64_t i = 0; i < params.extent[last]; ++i)
      std::memcpy(target + i * params.out_stride[last] * size,
                  offsets[i] == kNowhere ? fill : source + offsets[i] * size, bytes);
  }
};

}  // namespace

Blob build_table_copy(const OpProblem& problem, const Tables& tables, const void* fill) {
  const TensorDesc in = input_desc(problem, 0);
  const TensorDesc& out = problem.outputs[0];
  Params params;
  std::int64_t cols = 1;
  params.rows = count_rows(problem, cols);
  params.row_step = row_step(problem, params.rows, cols);
  std::memcpy(&params.fill, fill, size_of(out.type));
  std::size_t at = sizeof(Params);
  std::vector<std::vector<std::int64_t>> offsets;
  for (int axis : memory_order(out)) {
    std::vector<std::int64_t> table = tables[std::size_t(axis)];
    for (std::int64_t& i : table) i = i == kFill ? kNowhere : i * in.strides[axis];
    params.extent[params.rank] = out.shape[axis];
    params.out_stride[params.rank] = out.strides[axis];
    at = (at + 63) / 64 * 64;
    params.table[params.rank++] = at;
    at += table.size() * sizeof(std::int64_t);
    offsets.push_back(std::move(table));
  }
  if (params.rank > 0) {
    const std::vector<std::int64_t>& last = offsets.back();
    params.run_stride = last.size() > 1 ? last[1] : 0;
    params.is_regular = true;
    for (std::size_t i = 0; i < last.size(); ++i)
      params.is_regular = params.is_regular && last[i] == std::int64_t(i) * params.run_stride;
  }
  Blob blob;
  blob.add(params);
  for (const auto& table : offsets) blob.add(std::span<const std::int64_t>(table));
  return blob;
}

std::int64_t table_copy_tiles(const OpProblem& problem, int) {
  std::int64_t cols = 1;
  const std::int64_t rows = count_rows(problem, cols), step = row_step(problem, rows, cols);
  return (rows + step - 1) / step;
}

void table_copy_run(const OpProblem& problem, const Call& call, int, Range range, Worker) {
  const Params& params = *part<Params>(call.packed);
  const std::size_t size = size_of(problem.outputs[0].type);
  const std::byte* const in = input(problem, call, 0).data;
  std::byte* const out = call.outputs[0].data;
  if (params.rank == 0) {
    std::memcpy(out, in, size);
    return;
  }
  const Copier copier{params, call.packed, std::int64_t(size), in, out};
  copier.rows(range.begin * params.row_step, std::min(range.end * params.row_step, params.rows));
}

}  // namespace dlis::nn
