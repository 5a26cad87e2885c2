// Reads and writes .npy (numpy, "A simple file format for NumPy arrays", NEP 1).
#include "dlis/format/npy.h"

#include <fmt/format.h>

#include <bit>
#include <numeric>
#include <optional>

#include "dlis/base/file.h"
#include "dlis/base/limits.h"
#include "dlis/base/text.h"

namespace dlis {
namespace {

static_assert(std::endian::native == std::endian::little, "bytes are copied as they are");
constexpr std::string_view kMagic = "\x93NUMPY";

struct Header {
  std::string type;
  bool fortran = false;
  Shape shape;
};

// The value behind 'key': in a Python dictionary, up to `end`.
std::optional<std::string_view> value_of(std::string_view text, std::string_view key, char end) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + key.size());
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  text = trim(text.substr(colon + 1));
  const std::size_t stop = text.find(end);
  return stop == std::string_view::npos ? std::nullopt : std::optional(trim(text.substr(0, stop)));
}

// "(1, 3, 32, 32" or "(5," or "("
Result<Shape> parse_shape(std::string_view text) {
  if (text.empty() || text.front() != '(') return fail("the header's shape makes no sense");
  text.remove_prefix(1);
  Shape shape;
  std::int64_t elements = 1;
  for (const std::string_view part : split(text, ',')) {
    if (trim(part).empty()) continue;
    const std::int64_t extent = DLIS_TRY(parse_integer(trim(part)));
    if (extent < 0 ||
        __builtin_mul_overflow(elements, std::max<std::int64_t>(extent, 1), &elements))
      return fail("the header's shape makes no sense");
    if (shape.rank() == kMaxRank) return fail(fmt::format("more than {} axes", kMaxRank));
    shape.push_back(extent);
  }
  return shape;
}

Result<Header> parse_header(std::string_view text) {
  Header header;
  const auto type = value_of(text, "'descr'", ','), order = value_of(text, "'fortran_order'", ',');
  const auto shape = value_of(text, "'shape'", ')');
  if (!type || !order || !shape) return fail("the header names no type, order or shape");
  if (type->size() < 3 || type->front() != '\'' || type->back() != '\'')
    return fail("its elements are records", "", "save a plain array");
  header.type = type->substr(1, type->size() - 2);
  header.fortran = *order == "True";
  header.shape = DLIS_TRY(parse_shape(*shape));
  return header;
}

struct Element {
  const char* text;
  DType type;
};
constexpr Element kElements[] = {{"<f4", DType::f32}, {"<f2", DType::f16}, {"|i1", DType::i8},
                                 {"|u1", DType::u8},  {"<i4", DType::i32}, {"<i8", DType::i64}};

// Row-major bytes of `shape` as a tensor; the size is checked before anything is allocated.
Result<Tensor> read_values(const std::string& type, const Shape& shape,
                           std::span<const std::byte> bytes) {
  const bool wide = type == "<f8";
  std::optional<DType> stored;
  for (const Element& element : kElements)
    if (type == element.text) stored = element.type;
  if (wide) stored = DType::f32;
  if (type == "|b1") stored = DType::u8;
  if (!stored)
    return fail(fmt::format("elements of type '{}' are not supported", type.substr(0, 20)), "",
                "save it as float32 or int64");
  const std::size_t size = wide ? 8 : size_of(*stored);
  const auto count = std::size_t(shape.elements());
  if (count > bytes.size() / size || count * size != bytes.size())
    return fail(
        fmt::format("the file is truncated or damaged: {} elements of {} bytes, but {} bytes",
                    count, size, bytes.size()));
  Tensor tensor(*stored, shape);
  if (count == 0) return tensor;
  if (!wide) {
    std::memcpy(tensor.edit_data(), bytes.data(), bytes.size());
    return tensor;
  }
  float* to = tensor.edit<float>().data();
  for (std::size_t i = 0; i < count; ++i) {
    double value;
    std::memcpy(&value, bytes.data() + 8 * i, 8);
    to[i] = float(value);
  }
  return tensor;
}

// Where the header's text begins and how long it is; versions 2 and 3 state it in four bytes.
Result<std::pair<std::size_t, std::size_t>> header_place(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kMagic)) return fail("this is not a .npy file");
  if (bytes.size() < 12) return fail("the file is truncated");
  const int version = int(bytes[6]);
  if (version < 1 || version > 3) return fail(fmt::format("version {} is unknown", version));
  const std::size_t width = version == 1 ? 2 : 4;
  std::size_t length = 0;
  for (std::size_t i = width; i-- > 0;) length = length << 8 | std::size_t(bytes[8 + i]);
  if (length > bytes.size() - 8 - width) return fail("the file is truncated");
  if (length > kMostNpyHeaderBytes)
    return fail(fmt::format("its header has {} bytes, more than {}", length, kMostNpyHeaderBytes));
  return std::pair(8 + width, length);
}

}  // namespace

Result<Tensor> parse_npy(std::span<const std::byte> bytes) {
  const auto [begin, length] = DLIS_TRY(header_place(bytes));
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + begin, length);
  const Header header = DLIS_TRY(parse_header(text));
  const std::span<const std::byte> values = bytes.subspan(begin + length);
  if (!header.fortran) return read_values(header.type, header.shape, values);
  // Column-major values are row-major ones of the reversed axes.
  Shape reversed;
  std::vector<int> order(std::size_t(header.shape.rank()));
  for (int axis = header.shape.rank() - 1; axis >= 0; --axis)
    reversed.push_back(header.shape[axis]);
  std::iota(order.rbegin(), order.rend(), 0);
  const Tensor tensor = DLIS_TRY(read_values(header.type, reversed, values));
  return tensor.permuted(order);
}

Result<Tensor> load_npy(const std::filesystem::path& file) {
  const Buffer buffer = DLIS_TRY(read_file(file));
  Result<Tensor> tensor = parse_npy(bytes_of(buffer));
  if (!tensor) tensor.error().where = file.string();
  return tensor;
}

std::string serialise_npy(const Tensor& tensor) {
  if (tensor.type() == DType::bf16) return serialise_npy(tensor.converted(DType::f32));
  const char* type = "";
  for (const Element& element : kElements)
    if (element.type == tensor.type()) type = element.text;
  std::string extents;
  for (const std::int64_t extent : tensor.shape()) extents += fmt::format("{}, ", extent);
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", type,
                  std::string_view(extents).substr(0, extents.size() - !extents.empty()));
  // Blanks and a line end bring the values to a multiple of 64 bytes.
  const std::size_t before = kMagic.size() + 4;
  header.append((64 - (before + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string out(kMagic);
  out += {'\x01', '\x00', char(header.size() & 0xff), char(header.size() >> 8)};
  out += header;
  out.append(reinterpret_cast<const char*>(tensor.data()), tensor.bytes());
  return out;
}

Status save_npy(const Tensor& tensor, const std::filesystem::path& file) {
  return write_file_atomic(file, serialise_npy(tensor));
}

}  // namespace dlis
