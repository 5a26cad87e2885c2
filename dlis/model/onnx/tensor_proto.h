// TensorProto to Tensor and back.
#pragma once
#include <filesystem>

#include "dlis/format/tensor.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

// What a tensor of that ONNX element type becomes here: FLOAT16, BFLOAT16 and DOUBLE are computed
// in f32, BOOL is u8. An error for the types that no operator takes.
Result<DType> dtype_of(int onnx_type);
onnx::TensorProto_DataType onnx_type_of(DType type);
std::string onnx_type_name(int onnx_type);

// Sizes are checked against the bytes that are there before anything is allocated. External data is
// read from inside `folder` only (symbolic links resolved); an empty folder refuses it.
Result<Tensor> tensor_of(const onnx::TensorProto& proto, const std::filesystem::path& folder);
onnx::TensorProto proto_of(const Tensor& tensor, const std::string& name);

// NaN anywhere, or an infinity among several elements (one alone may be a bound, as Clip's).
Status check_finite(const Tensor& tensor, const std::string& name);

// The product of `dims`, all of them at least 0, or an error: too many axes, negative, overflow.
Result<Shape> shape_of(const google::protobuf::RepeatedField<google::protobuf::int64>& dims);

}  // namespace dlis
