// Weights that an ONNX file keeps in another file of its folder.
#pragma once
#include <filesystem>
#include <string>

#include "dlis/base/result.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

// `size` bytes as the tensor's external_data entries (location, offset, length) say. Refused: paths
// that are absolute, go up, or lead out of `folder` through a symbolic link; parts past the file's
// end.
Result<std::string> read_external(const onnx::TensorProto& proto, std::size_t size,
                                  const std::filesystem::path& folder);

}  // namespace dlis
