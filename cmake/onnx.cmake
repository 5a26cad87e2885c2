# The target onnx_messages: ONNX's protobuf messages (libonnx-dev) and nothing else of ONNX.
find_package(Protobuf REQUIRED)
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
find_path(ONNX_PROTO_INCLUDE onnx/onnx-ml.pb.h REQUIRED)
add_library(onnx_messages INTERFACE)
target_include_directories(onnx_messages SYSTEM INTERFACE ${ONNX_PROTO_INCLUDE})
target_compile_definitions(onnx_messages INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
target_link_libraries(onnx_messages INTERFACE ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
