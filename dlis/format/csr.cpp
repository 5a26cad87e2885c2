// The format `csr`: the non-zero values, and how many zeros lie before each, row by row.
#include "dlis/format/csr.h"

#include <bit>
#include <limits>
#include <utility>

namespace dlis {

extern const Format csr_row, csr_bf16_row;

namespace {

// Calls value(row, gap, bits) for every non-zero.
template <class F>
void each_value(const Tensor& weights, const Extents& e, F&& value) {
  const auto bits = weights.as<std::uint32_t>();
  for (std::int64_t row = 0; row < e.rows; ++row) {
    std::int64_t gap = 0;
    for (std::int64_t o = 0; o < e.outer; ++o)
      for (std::int64_t i = 0; i < e.inner; ++i) {
        const std::uint32_t b = bits[std::size_t(row * e.columns + i * e.outer + o)];
        if (b == 0)
          ++gap;
        else
          value(row, std::exchange(gap, 0), b);
      }
  }
}

Census census_of(const Tensor& weights, const Extents& e) {
  Census census(e);
  each_value(weights, e,
             [&](std::int64_t row, std::int64_t gap, std::uint32_t) { census.add(row, gap); });
  return census;
}

template <DType type>
std::size_t minimum_bytes(const Tensor& weights) {
  const Census census = census_of(weights, extents_of(weights.shape()));
  return std::size_t(census.stored * std::int64_t(size_of(type)) + census.minimum_bytes());
}

template <DType type>
Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for csr have to be f32");
  const Extents e = extents_of(weights.shape());
  if (e.columns > std::numeric_limits<std::int32_t>::max())
    return fail("a row of the weights is too long for csr");
  const Census census = census_of(weights, e);
  const int threshold = census.best_threshold();
  Tensor values(DType::f32, {census.stored});
  std::vector<std::uint8_t> codes;
  codes.reserve(std::size_t(census.stored));
  float* next = values.edit<float>().data();
  each_value(weights, e, [&](std::int64_t, std::int64_t gap, std::uint32_t bits) {
    *next++ = std::bit_cast<float>(bits);
    append_gap(codes, gap, threshold);
  });
  return Encoded{.format = type == DType::bf16 ? &csr_bf16_row : &csr_row,
                 .value_type = type,
                 .shape = weights.shape(),
                 .density = density_of(weights),
                 .parts = sparse_parts(values.converted(type), codes, census, threshold)};
}

Tensor decode(const Encoded& encoded) {
  const Extents e = extents_of(encoded.shape);
  const CsrRows rows = read_csr(encoded);
  const auto values = rows.values.as<float>();
  Tensor weights(DType::f32, encoded.shape);
  float* out = weights.edit<float>().data();
  for (std::size_t row = 0; row < std::size_t(e.rows); ++row, out += e.columns)
    for (std::int64_t i = rows.starts[row]; i < rows.starts[row + 1]; ++i)
      out[e.source(rows.column[std::size_t(i)])] = values[std::size_t(i)];
  return weights;
}

}  // namespace

CsrRows read_csr(const Encoded& encoded) {
  SparseColumns columns = read_columns(extents_of(encoded.shape).rows, encoded);
  return {std::move(columns.starts), std::move(columns.column),
          encoded.parts[0].converted(DType::f32)};
}

bool is_csr(const Format* format) { return format == &csr_row || format == &csr_bf16_row; }

extern constinit const Format csr_row{.name = "csr",
                                      .exact = true,
                                      .rounding = 0,
                                      .minimum_bytes = minimum_bytes<DType::f32>,
                                      .encode = encode<DType::f32>,
                                      .decode = decode};

// As the format `bf16` rounds.
extern constinit const Format csr_bf16_row{.name = "csr_bf16",
                                           .exact = false,
                                           .rounding = 0x1p-8,
                                           .weight_bytes = 2,
                                           .minimum_bytes = minimum_bytes<DType::bf16>,
                                           .encode = encode<DType::bf16>,
                                           .decode = decode};

}  // namespace dlis
