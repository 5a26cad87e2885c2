// The format `csr`: the non-zero values, and how many zeros lie before each, row by row.
#include "dlis/format/csr.h"

#include <cstring>
#include <limits>
#include <utility>

namespace dlis {

extern const Format csr_row, csr_bf16_row, csr_int8_row;

namespace {

// Calls value(row, gap, index) for every non-zero.
template <class F>
void each_value(const Tensor& weights, const Extents& e, F&& value) {
  const auto bits = weights.as<std::uint32_t>();
  for (std::int64_t row = 0; row < e.rows; ++row) {
    std::int64_t gap = 0;
    for (std::int64_t o = 0; o < e.outer; ++o)
      for (std::int64_t i = 0; i < e.inner; ++i) {
        const auto index = std::size_t(row * e.columns + i * e.outer + o);
        if (bits[index] == 0)
          ++gap;
        else
          value(row, std::exchange(gap, 0), index);
      }
  }
}

Census census_of(const Tensor& weights, const Extents& e) {
  Census census(e);
  each_value(weights, e,
             [&](std::int64_t row, std::int64_t gap, std::size_t) { census.add(row, gap); });
  return census;
}

template <DType type>
std::size_t minimum_bytes(const Tensor& weights) {
  const Extents e = extents_of(weights.shape());
  const Census census = census_of(weights, e);
  const std::int64_t scales = type == DType::i8 ? e.rows * 4 : 0;
  return std::size_t(census.stored * std::int64_t(size_of(type)) + census.minimum_bytes() + scales);
}

constexpr const Format& row_of(DType type) {
  return type == DType::bf16 ? csr_bf16_row : type == DType::i8 ? csr_int8_row : csr_row;
}

template <DType type>
Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for csr have to be f32");
  const Extents e = extents_of(weights.shape());
  if (e.columns > std::numeric_limits<std::int32_t>::max())
    return fail("a row of the weights is too long for csr");
  const Encoded all = DLIS_TRY(dense_format(type).encode(weights));
  const Census census = census_of(weights, e);
  const int threshold = census.best_threshold();
  Tensor values(type, {census.stored});
  std::vector<std::uint8_t> codes;
  codes.reserve(std::size_t(census.stored));
  const std::byte* from = all.parts[0].data();
  std::byte* to = values.edit_data();
  each_value(weights, e, [&](std::int64_t, std::int64_t gap, std::size_t index) {
    std::memcpy(to, from + index * size_of(type), size_of(type));
    to += size_of(type);
    append_gap(codes, gap, threshold);
  });
  return Encoded{.format = &row_of(type),
                 .value_type = type,
                 .shape = weights.shape(),
                 .density = density_of(weights),
                 .parts = sparse_parts(values, codes, census, threshold, all)};
}

Tensor decode(const Encoded& encoded) {
  const Extents e = extents_of(encoded.shape);
  const CsrRows rows = read_csr(encoded);
  const std::size_t size = size_of(encoded.value_type);
  Tensor all(encoded.value_type, encoded.shape);
  const std::byte* from = rows.values.data();
  std::byte* out = all.edit_data();
  for (std::size_t row = 0; row < std::size_t(e.rows); ++row, out += std::size_t(e.columns) * size)
    for (std::int64_t i = rows.starts[row]; i < rows.starts[row + 1]; ++i, from += size)
      std::memcpy(out + std::size_t(e.source(rows.column[std::size_t(i)])) * size, from, size);
  return decode_dense(all, encoded);
}

}  // namespace

CsrRows read_csr(const Encoded& encoded) {
  SparseColumns columns = read_columns(extents_of(encoded.shape).rows, encoded);
  return {std::move(columns.starts), std::move(columns.column), encoded.parts[0]};
}

bool is_csr(const Format* format) {
  return format == &csr_row || format == &csr_bf16_row || format == &csr_int8_row;
}

extern constinit const Format csr_row{.name = "csr",
                                      .exact = true,
                                      .rounding = 0,
                                      .sparse = true,
                                      .minimum_bytes = minimum_bytes<DType::f32>,
                                      .encode = encode<DType::f32>,
                                      .decode = decode};

// As the format `bf16` rounds.
extern constinit const Format csr_bf16_row{.name = "csr_bf16",
                                           .exact = false,
                                           .rounding = 0x1p-8,
                                           .weight_bytes = 2,
                                           .sparse = true,
                                           .minimum_bytes = minimum_bytes<DType::bf16>,
                                           .encode = encode<DType::bf16>,
                                           .decode = decode};

// As the format `int8` rounds.
extern constinit const Format csr_int8_row{.name = "csr_int8",
                                           .exact = false,
                                           .rounding = 1.00001 / 254,
                                           .weight_bytes = 1,
                                           .per_channel = true,
                                           .sparse = true,
                                           .minimum_bytes = minimum_bytes<DType::i8>,
                                           .encode = encode<DType::i8>,
                                           .decode = decode};

}  // namespace dlis
