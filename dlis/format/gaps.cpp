// Counts, writes and reads gaps.
#include "dlis/format/gaps.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace dlis {

extern const Format dense_row, bf16_row, int8_row;

namespace {

std::int64_t code_bytes(std::int64_t gap, int threshold) {
  if (threshold > 255) return gap < 256 ? 1 : std::numeric_limits<std::int32_t>::max();
  const std::int64_t rest = gap % gap_reach(threshold);
  return gap / gap_reach(threshold) + (rest < threshold ? 1 : 2);
}

std::int64_t bytes_for(std::uint64_t largest) {
  return std::max<std::int64_t>(1, (std::bit_width(largest) + 7) / 8);
}

std::int64_t count_bytes(const std::vector<std::int64_t>& counts) {
  return bytes_for(counts.empty() ? 0 : std::uint64_t(*std::ranges::max_element(counts)));
}

}  // namespace

Extents extents_of(const Shape& shape) {
  const std::int64_t rows = shape.rank() ? shape[0] : 1, inner = shape.rank() > 1 ? shape[1] : 1;
  const std::int64_t columns = rows ? shape.elements() / rows : 0;
  return {rows, inner ? columns / inner : 0, inner, columns};
}

void append_gap(std::vector<std::uint8_t>& codes, std::int64_t gap, int threshold) {
  for (; threshold <= 255 && gap >= gap_reach(threshold); gap -= gap_reach(threshold))
    codes.push_back(255);
  if (gap < threshold) return codes.push_back(std::uint8_t(gap));
  codes.push_back(std::uint8_t(threshold + (gap - threshold) / 256));
  codes.push_back(std::uint8_t((gap - threshold) % 256));
}

std::int64_t read_gap(const std::uint8_t*& code, int threshold) {
  std::int64_t gap = 0;
  for (; threshold <= 255 && *code == 255; ++code) gap += gap_reach(threshold);
  const int first = *code++;
  return gap + (first < threshold ? first : threshold + (first - threshold) * 256 + *code++);
}

int Census::best_threshold() const {
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

std::int64_t Census::minimum_bytes() const {
  std::int64_t bytes = std::int64_t(counts.size()) * count_bytes(counts);
  for (std::size_t gap = 0; gap < gaps.size(); ++gap) bytes += gaps[gap] * bytes_for(gap);
  return bytes;
}

const Format& dense_format(DType value_type) {
  switch (value_type) {
    case DType::bf16:
      return bf16_row;
    case DType::i8:
      return int8_row;
    default:
      return dense_row;
  }
}

std::vector<Tensor> sparse_parts(const Tensor& values, const std::vector<std::uint8_t>& codes,
                                 const Census& census, int threshold, const Encoded& all) {
  const auto octets = [](const std::vector<std::uint8_t>& bytes) {
    return Tensor::of<std::uint8_t>({std::int64_t(bytes.size())}, bytes);
  };
  const std::int64_t width = count_bytes(census.counts);
  std::vector<std::uint8_t> counts;
  for (std::int64_t count : census.counts)
    for (std::int64_t i = 0; i < width; ++i) counts.push_back(std::uint8_t(count >> (8 * i)));
  std::vector<Tensor> parts{values, octets(codes), octets(counts),
                            octets({std::uint8_t(threshold - 1)})};
  parts.insert(parts.end(), all.parts.begin() + 1, all.parts.end());
  return parts;
}

Tensor decode_dense(const Tensor& values, const Encoded& sparse) {
  Encoded all{.format = &dense_format(sparse.value_type),
              .value_type = sparse.value_type,
              .shape = sparse.shape,
              .parts = {values}};
  all.parts.insert(all.parts.end(), sparse.parts.begin() + 4, sparse.parts.end());
  return all.format->decode(all);
}

SparseColumns read_columns(std::int64_t rows, const Encoded& encoded) {
  const auto widths = encoded.parts[2].as<std::uint8_t>();
  const int threshold = encoded.parts[3].as<std::uint8_t>()[0] + 1;
  const std::int64_t width = rows ? std::int64_t(widths.size()) / rows : 1;
  SparseColumns out{{0}, {}};
  const std::uint8_t* code = encoded.parts[1].as<std::uint8_t>().data();
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t count = 0, column = 0;
    for (std::int64_t i = 0; i < width; ++i)
      count |= std::int64_t(widths[std::size_t(row * width + i)]) << (8 * i);
    for (std::int64_t i = 0; i < count; ++i)
      out.column.push_back(std::uint32_t(column += read_gap(code, threshold))), ++column;
    out.starts.push_back(out.starts.back() + count);
  }
  return out;
}

}  // namespace dlis
