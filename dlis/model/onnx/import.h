// A parsed ONNX model to a Graph.
#pragma once
#include "dlis/model/onnx/onnx.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

// The bytes that a network may take: those of the options, or what is available now.
std::int64_t memory_of(const LoadOptions& options);

// Consumes the message: each tensor's bytes are freed as soon as it is converted.
Result<Graph> import_model(onnx::ModelProto& model, const std::filesystem::path& folder,
                           const LoadOptions& options);

}  // namespace dlis
