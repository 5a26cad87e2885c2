// The format `bsr`: blocks of 16 output channels that hold a non-zero, and how many empty ones lie
// before each.
#include "dlis/format/bsr.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "dlis/base/divide.h"

namespace dlis {

extern const Format bsr_row, bsr_bf16_row, bsr_int8_row;

namespace {

Extents block_extents(const Shape& shape) {
  Extents e = extents_of(shape);
  e.rows = divide_up(e.rows, kBlockChannels);
  return e;
}

// Channels of block row `row` of a tensor.
std::int64_t height(const Shape& shape, std::int64_t row) {
  const std::int64_t channels = shape.rank() ? shape[0] : 1;
  return std::min(kBlockChannels, channels - row * kBlockChannels);
}

// Calls block(row, gap, index of the first channel's weight, channels) for every stored block.
template <class F>
void each_block(const Tensor& weights, const Extents& e, F&& block) {
  const auto bits = weights.as<std::uint32_t>();
  for (std::int64_t row = 0; row < e.rows; ++row) {
    const std::int64_t channels = height(weights.shape(), row);
    std::int64_t gap = 0;
    for (std::int64_t column = 0; column < e.columns; ++column) {
      const auto first = std::size_t(row * kBlockChannels * e.columns + e.source(column));
      std::uint32_t any = 0;
      for (std::int64_t k = 0; k < channels; ++k) any |= bits[first + std::size_t(k * e.columns)];
      if (any == 0)
        ++gap;
      else
        block(row, std::exchange(gap, 0), first, channels);
    }
  }
}

struct Found {
  Census census;
  std::int64_t values = 0;
};
Found census_of(const Tensor& weights, const Extents& e) {
  Found found{Census(e)};
  each_block(weights, e,
             [&](std::int64_t row, std::int64_t gap, std::size_t, std::int64_t channels) {
               found.census.add(row, gap);
               found.values += channels;
             });
  return found;
}

template <DType type>
std::size_t minimum_bytes(const Tensor& weights) {
  const Found found = census_of(weights, block_extents(weights.shape()));
  const std::int64_t scales = type == DType::i8 ? extents_of(weights.shape()).rows * 4 : 0;
  return std::size_t(found.values * std::int64_t(size_of(type)) + found.census.minimum_bytes() +
                     scales);
}

constexpr const Format& row_of(DType type) {
  return type == DType::bf16 ? bsr_bf16_row : type == DType::i8 ? bsr_int8_row : bsr_row;
}

template <DType type>
Result<Encoded> encode(const Tensor& weights) {
  if (weights.type() != DType::f32) return fail("weights for bsr have to be f32");
  const Extents e = block_extents(weights.shape());
  if (e.columns > std::numeric_limits<std::int32_t>::max())
    return fail("a row of the weights is too long for bsr");
  const Encoded all = DLIS_TRY(dense_format(type).encode(weights));
  const Found found = census_of(weights, e);
  const int threshold = found.census.best_threshold();
  Tensor values(type, {found.values});
  std::vector<std::uint8_t> codes;
  const std::byte* from = all.parts[0].data();
  std::byte* to = values.edit_data();
  each_block(weights, e,
             [&](std::int64_t, std::int64_t gap, std::size_t first, std::int64_t channels) {
               for (std::int64_t k = 0; k < channels; ++k, to += size_of(type))
                 std::memcpy(to, from + (first + std::size_t(k * e.columns)) * size_of(type),
                             size_of(type));
               append_gap(codes, gap, threshold);
             });
  return Encoded{.format = &row_of(type),
                 .value_type = type,
                 .shape = weights.shape(),
                 .density = density_of(weights, bsr_row),
                 .parts = sparse_parts(values, codes, found.census, threshold, all)};
}

Tensor decode(const Encoded& encoded) {
  const Extents e = block_extents(encoded.shape);
  const BsrRows rows = read_bsr(encoded);
  const std::size_t size = size_of(encoded.value_type);
  Tensor all(encoded.value_type, encoded.shape);
  const std::byte* from = rows.values.data();
  for (std::int64_t row = 0; row < e.rows; ++row) {
    std::byte* out = all.edit_data() + std::size_t(row * kBlockChannels * e.columns) * size;
    const std::int64_t channels = height(encoded.shape, row);
    for (auto i = rows.blocks.starts[std::size_t(row)];
         i < rows.blocks.starts[std::size_t(row) + 1]; ++i) {
      const std::int64_t first = e.source(rows.blocks.column[std::size_t(i)]);
      for (std::int64_t k = 0; k < channels; ++k, from += size)
        std::memcpy(out + std::size_t(k * e.columns + first) * size, from, size);
    }
  }
  return decode_dense(all, encoded);
}

}  // namespace

BsrRows read_bsr(const Encoded& encoded) {
  return {read_columns(block_extents(encoded.shape).rows, encoded), encoded.parts[0]};
}

bool is_bsr(const Format* format) {
  return format == &bsr_row || format == &bsr_bf16_row || format == &bsr_int8_row;
}

extern constinit const Format bsr_row{.name = "bsr",
                                      .exact = true,
                                      .rounding = 0,
                                      .sparse = true,
                                      .block = kBlockChannels,
                                      .minimum_bytes = minimum_bytes<DType::f32>,
                                      .encode = encode<DType::f32>,
                                      .decode = decode};

// As the format `bf16` rounds.
extern constinit const Format bsr_bf16_row{.name = "bsr_bf16",
                                           .exact = false,
                                           .rounding = 0x1p-8,
                                           .weight_bytes = 2,
                                           .sparse = true,
                                           .block = kBlockChannels,
                                           .minimum_bytes = minimum_bytes<DType::bf16>,
                                           .encode = encode<DType::bf16>,
                                           .decode = decode};

// As the format `int8` rounds.
extern constinit const Format bsr_int8_row{.name = "bsr_int8",
                                           .exact = false,
                                           .rounding = 1.00001 / 254,
                                           .weight_bytes = 1,
                                           .per_channel = true,
                                           .sparse = true,
                                           .block = kBlockChannels,
                                           .minimum_bytes = minimum_bytes<DType::i8>,
                                           .encode = encode<DType::i8>,
                                           .decode = decode};

}  // namespace dlis
