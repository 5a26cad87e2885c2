// The format `csr`: the non-zero values, and how many zeros lie before each, row by row.
#include "dlis/format/csr.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

namespace dlis {

extern const Format csr_row;

namespace {

struct Extents {
  std::int64_t rows, outer, inner, columns;  // columns = inner (axis 1) * outer (the axes after it)
};

Extents extents_of(const Shape& shape) {
  const std::int64_t rows = shape.rank() ? shape[0] : 1, inner = shape.rank() > 1 ? shape[1] : 1;
  const std::int64_t columns = rows ? shape.elements() / rows : 0;
  return {rows, inner ? columns / inner : 0, inner, columns};
}

// Where a column lies in its row-major row.
std::int64_t source(const Extents& e, std::int64_t column) {
  return column % e.inner * e.outer + column / e.inner;
}

// Calls value(row, gap, bits) for every non-zero.
template <class F>
void each_value(const Tensor& weights, const Extents& e, F&& value) {
  const auto bits = weights.as<std::uint32_t>();
  for (std::int64_t row = 0; row < e.rows; ++row) {
    std::int64_t gap = 0, column = 0;
    for (std::int64_t o = 0; o < e.outer; ++o) {
      for (std::int64_t i = 0; i < e.inner; ++i, ++column) {
        const std::uint32_t b = bits[row * e.columns + i * e.outer + o];
        if (b == 0)
          ++gap;
        else
          value(row, std::exchange(gap, 0), b);
      }
    }
  }
}

std::int64_t code_bytes(std::int64_t gap, int threshold) {
  if (threshold > 255) return gap < 256 ? 1 : std::numeric_limits<std::int32_t>::max();
  const std::int64_t rest = gap % gap_reach(threshold);
  return gap / gap_reach(threshold) + (rest < threshold ? 1 : 2);
}

void append_code(std::vector<std::uint8_t>& codes, std::int64_t gap, int threshold) {
  for (; threshold <= 255 && gap >= gap_reach(threshold); gap -= gap_reach(threshold))
    codes.push_back(255);
  if (gap < threshold) return codes.push_back(std::uint8_t(gap));
  codes.push_back(std::uint8_t(threshold + (gap - threshold) / 256));
  codes.push_back(std::uint8_t((gap - threshold) % 256));
}

std::int64_t read_code(const std::uint8_t*& code, int threshold) {
  std::int64_t gap = 0;
  for (; threshold <= 255 && *code == 255; ++code) gap += gap_reach(threshold);
  const int first = *code++;
  return gap + (first < threshold ? first : threshold + (first - threshold) * 256 + *code++);
}

struct Census {
  std::vector<std::int64_t> gaps;    // how often each gap occurs
  std::vector<std::int64_t> counts;  // values of each row
  std::int64_t values = 0;
};

Census census_of(const Tensor& weights, const Extents& e) {
  Census census{std::vector<std::int64_t>(e.columns), std::vector<std::int64_t>(e.rows)};
  each_value(weights, e, [&](std::int64_t row, std::int64_t gap, std::uint32_t) {
    ++census.gaps[gap], ++census.counts[row], ++census.values;
  });
  return census;
}

int best_threshold(const std::vector<std::int64_t>& gaps) {
  int best = 256;
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (int threshold = 256; threshold >= 1; --threshold) {
    std::int64_t bytes = 0;
    for (std::size_t gap = 0; gap < gaps.size(); ++gap)
      if (gaps[gap]) bytes += gaps[gap] * code_bytes(std::int64_t(gap), threshold);
    if (bytes < fewest) fewest = bytes, best = threshold;
  }
  return best;
}

std::int64_t bytes_for(std::uint64_t largest) {
  return std::max<std::int64_t>(1, (std::bit_width(largest) + 7) / 8);
}

std::int64_t count_bytes(const Census& census) {
  const auto& counts = census.counts;
  return bytes_for(counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end()));
}

// Every value in 4 bytes, its gap in the fewest whole bytes that hold it, and one count a row at
// the narrowest common width.
std::size_t minimum_bytes(const Tensor& weights) {
  const Extents e = extents_of(weights.shape());
  const Census census = census_of(weights, e);
  std::int64_t bytes = census.values * 4 + e.rows * count_bytes(census);
  for (std::size_t gap = 0; gap < census.gaps.size(); ++gap)
    bytes += census.gaps[gap] * bytes_for(gap);
  return std::size_t(bytes);
}

Tensor encode_counts(const Census& census) {
  const std::int64_t width = count_bytes(census);
  std::vector<std::uint8_t> bytes;
  for (std::int64_t count : census.counts)
    for (std::int64_t i = 0; i < width; ++i) bytes.push_back(std::uint8_t(count >> (8 * i)));
  return Tensor::of<std::uint8_t>({std::int64_t(bytes.size())}, bytes);
}

Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for csr have to be f32");
  const Extents e = extents_of(weights.shape());
  if (e.columns > std::numeric_limits<std::int32_t>::max())
    return fail("a row of the weights is too long for csr");
  const Census census = census_of(weights, e);
  const int threshold = best_threshold(census.gaps);
  Tensor values(DType::f32, {census.values});
  std::vector<std::uint8_t> codes;
  codes.reserve(std::size_t(census.values));
  float* next = values.edit<float>().data();
  each_value(weights, e, [&](std::int64_t, std::int64_t gap, std::uint32_t bits) {
    *next++ = std::bit_cast<float>(bits);
    append_code(codes, gap, threshold);
  });
  return Encoded{.format = &csr_row,
                 .value_type = DType::f32,
                 .shape = weights.shape(),
                 .density = density_of(weights),
                 .parts = {values, Tensor::of<std::uint8_t>({std::int64_t(codes.size())}, codes),
                           encode_counts(census),
                           Tensor::of<std::uint8_t>({1}, std::array{std::uint8_t(threshold - 1)})}};
}

Tensor decode(const Encoded& encoded) {
  const Extents e = extents_of(encoded.shape);
  const CsrRows rows = read_csr(encoded);
  Tensor weights(DType::f32, encoded.shape);
  float* out = weights.edit<float>().data();
  for (std::int64_t row = 0; row < e.rows; ++row, out += e.columns)
    for (std::int64_t i = rows.starts[row]; i < rows.starts[row + 1]; ++i)
      out[source(e, rows.column[i])] = rows.values[i];
  return weights;
}

}  // namespace

CsrRows read_csr(const Encoded& encoded) {
  const Extents e = extents_of(encoded.shape);
  const auto counts = encoded.parts[2].as<std::uint8_t>();
  const int threshold = encoded.parts[3].as<std::uint8_t>()[0] + 1;
  const std::int64_t width = e.rows ? std::int64_t(counts.size()) / e.rows : 1;
  CsrRows rows{e.columns, {0}, {}, encoded.parts[0].as<float>()};
  rows.column.reserve(rows.values.size());
  const std::uint8_t* code = encoded.parts[1].as<std::uint8_t>().data();
  for (std::int64_t row = 0; row < e.rows; ++row) {
    std::int64_t count = 0, column = 0;
    for (std::int64_t i = 0; i < width; ++i)
      count |= std::int64_t(counts[row * width + i]) << (8 * i);
    for (std::int64_t i = 0; i < count; ++i)
      rows.column.push_back(std::uint32_t(column += read_code(code, threshold))), ++column;
    rows.starts.push_back(rows.starts.back() + count);
  }
  return rows;
}

extern constinit const Format csr_row{.name = "csr",
                                      .exact = true,
                                      .rounding = 0,
                                      .minimum_bytes = minimum_bytes,
                                      .encode = encode,
                                      .decode = decode};

}  // namespace dlis
