// A parsed ONNX model to a Graph.
#pragma once
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

// Consumes the message: each tensor's bytes are freed as soon as it is converted.
Result<Graph> import_model(onnx::ModelProto& model, const std::filesystem::path& folder,
                           const LoadOptions& options);

}  // namespace dlis
