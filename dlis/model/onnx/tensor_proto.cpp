// TensorProto to Tensor and back: raw, typed and external data, converted to the types we compute
// in.
#include "dlis/model/onnx/tensor_proto.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "dlis/base/limits.h"
#include "dlis/model/onnx/external_data.h"

namespace dlis {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");
using Proto = onnx::TensorProto;

// Bytes of one element in raw_data; 0 for the types that we do not read.
std::size_t stored_bytes(int type) {
  switch (type) {
    case Proto::DOUBLE:
    case Proto::INT64:
      return 8;
    case Proto::FLOAT:
    case Proto::INT32:
      return 4;
    case Proto::FLOAT16:
    case Proto::BFLOAT16:
      return 2;
    case Proto::INT8:
    case Proto::UINT8:
    case Proto::BOOL:
      return 1;
    default:
      return 0;
  }
}

// Typed data as the bytes that raw_data would hold.
template <class Stored, class Field>
std::string narrowed(const Field& field) {
  std::string bytes(std::size_t(field.size()) * sizeof(Stored), '\0');
  for (int i = 0; i < field.size(); ++i) {
    const Stored value = static_cast<Stored>(field.Get(i));
    std::memcpy(bytes.data() + std::size_t(i) * sizeof(Stored), &value, sizeof(Stored));
  }
  return bytes;
}

std::string typed_bytes(const Proto& proto) {
  switch (proto.data_type()) {
    case Proto::FLOAT:
      return narrowed<float>(proto.float_data());
    case Proto::DOUBLE:
      return narrowed<double>(proto.double_data());
    case Proto::INT64:
      return narrowed<std::int64_t>(proto.int64_data());
    case Proto::INT32:
      return narrowed<std::int32_t>(proto.int32_data());
    case Proto::INT8:
      return narrowed<std::int8_t>(proto.int32_data());
    case Proto::UINT8:
    case Proto::BOOL:
      return narrowed<std::uint8_t>(proto.int32_data());
    default:
      return narrowed<std::uint16_t>(proto.int32_data());  // FLOAT16, BFLOAT16
  }
}

template <class To, class From, class Convert>
void convert(const std::string& bytes, Tensor& out, Convert one) {
  std::span<To> values = out.edit<To>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    From from;
    std::memcpy(&from, bytes.data() + i * sizeof(From), sizeof(From));
    values[i] = one(from);
  }
}

Tensor decode(int type, const Shape& shape, const std::string& bytes) {
  Tensor out(*dtype_of(type), shape);
  switch (type) {
    case Proto::FLOAT16:
      convert<float, std::uint16_t>(bytes, out, from_f16);
      break;
    case Proto::BFLOAT16:
      convert<float, std::uint16_t>(bytes, out, from_bf16);
      break;
    case Proto::DOUBLE:
      convert<float, double>(bytes, out, [](double x) { return float(x); });
      break;
    case Proto::BOOL:
      convert<std::uint8_t, std::uint8_t>(bytes, out,
                                          [](std::uint8_t x) { return std::uint8_t(x != 0); });
      break;
    default:
      if (!bytes.empty()) std::memcpy(out.edit_data(), bytes.data(), bytes.size());
  }
  return out;
}

Result<Tensor> read_tensor(const Proto& proto, const std::filesystem::path& folder) {
  const int type = proto.data_type();
  DLIS_TRY(dtype_of(type));
  const Shape shape = DLIS_TRY(shape_of(proto.dims()));
  const std::size_t size = std::size_t(shape.elements()) * stored_bytes(type);
  if (proto.has_segment()) return fail("it is stored in segments, which are not supported");
  if (proto.data_location() == Proto::EXTERNAL)
    return decode(type, shape, DLIS_TRY(read_external(proto, size, folder)));
  const bool raw = proto.has_raw_data();
  const std::string typed = raw ? std::string() : typed_bytes(proto);
  const std::string& bytes = raw ? proto.raw_data() : typed;
  if (bytes.size() != size)
    return fail(fmt::format("its shape {} needs {} bytes of data, but it has {}", shape.text(),
                            size, bytes.size()),
                {}, bytes.empty() ? "its values are missing from the file" : "the file is damaged");
  return decode(type, shape, bytes);
}

}  // namespace

Result<DType> dtype_of(int onnx_type) {
  switch (onnx_type) {
    case Proto::FLOAT:
    case Proto::FLOAT16:
    case Proto::BFLOAT16:
    case Proto::DOUBLE:
      return DType::f32;
    case Proto::INT8:
      return DType::i8;
    case Proto::UINT8:
    case Proto::BOOL:
      return DType::u8;
    case Proto::INT32:
      return DType::i32;
    case Proto::INT64:
      return DType::i64;
    default:
      return fail(fmt::format("elements of type {} are not supported", onnx_type_name(onnx_type)));
  }
}

onnx::TensorProto_DataType onnx_type_of(DType type) {
  switch (type) {
    case DType::f32:
      return Proto::FLOAT;
    case DType::f16:
      return Proto::FLOAT16;
    case DType::bf16:
      return Proto::BFLOAT16;
    case DType::i8:
      return Proto::INT8;
    case DType::u8:
      return Proto::UINT8;
    case DType::i32:
      return Proto::INT32;
    case DType::i64:
      return Proto::INT64;
  }
  return Proto::UNDEFINED;
}

std::string onnx_type_name(int onnx_type) {
  const std::string name =
      onnx::TensorProto_DataType_IsValid(onnx_type)
          ? onnx::TensorProto_DataType_Name(onnx::TensorProto_DataType(onnx_type))
          : std::string();
  return name.empty() ? fmt::format("number {}", onnx_type) : name;
}

Result<Shape> shape_of(const google::protobuf::RepeatedField<google::protobuf::int64>& dims) {
  if (dims.size() > kMaxRank)
    return fail(fmt::format("it has {} axes, at most {} are supported", dims.size(), kMaxRank));
  Shape shape;
  std::int64_t elements = 1;
  for (const std::int64_t extent : dims) {
    if (extent < 0) return fail(fmt::format("its shape has a negative size ({})", extent));
    const std::int64_t factor = std::max<std::int64_t>(extent, 1);  // strides count behind a 0 too
    if (__builtin_mul_overflow(elements, factor, &elements) || elements > kMostValueElements)
      return fail("its shape has more elements than memory can hold");
    shape.push_back(extent);
  }
  return shape;
}

Result<Tensor> tensor_of(const onnx::TensorProto& proto, const std::filesystem::path& folder) {
  Result<Tensor> tensor = read_tensor(proto, folder);
  if (!tensor) tensor.error().where = fmt::format("tensor '{}'", proto.name());
  return tensor;
}

onnx::TensorProto proto_of(const Tensor& tensor, const std::string& name) {
  onnx::TensorProto proto;
  proto.set_name(name);
  proto.set_data_type(onnx_type_of(tensor.type()));
  for (const std::int64_t extent : tensor.shape()) proto.add_dims(extent);
  proto.set_raw_data(tensor.data(), tensor.bytes());
  return proto;
}

Status check_finite(const Tensor& tensor, const std::string& name) {
  if (tensor.type() == DType::f16 || tensor.type() == DType::bf16)
    return check_finite(tensor.converted(DType::f32), name);
  if (tensor.type() != DType::f32) return {};
  const auto values = tensor.as<float>();
  constexpr std::uint32_t kExponent = 0x7f800000;  // all ones: infinite or not a number
  bool odd = false;
  for (const float x : values) odd |= (std::bit_cast<std::uint32_t>(x) & kExponent) == kExponent;
  if (!odd) return {};
  const bool bound = values.size() == 1 && std::isinf(values[0]);
  if (bound) return {};
  const bool nan = std::any_of(values.begin(), values.end(), [](float x) { return std::isnan(x); });
  return fail(nan ? "its values are not numbers (NaN)" : "its values are infinite",
              fmt::format("tensor '{}'", name), "the network was trained or written wrongly");
}

}  // namespace dlis
