// Small ONNX files, right or wrong, written field by field in protobuf's wire format.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace dlis::test {

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += char((value & 127) | 128);
  return bytes + char(value);
}
inline std::string field(int number, std::int64_t value) {
  return varint(std::uint64_t(number) << 3) + varint(std::uint64_t(value));
}
inline std::string field(int number, const std::string& bytes) {
  return varint(std::uint64_t(number) << 3 | 2) + varint(bytes.size()) + bytes;
}

inline std::string node(const std::string& op, const std::string& name,
                        const std::vector<std::string>& inputs, const std::string& output) {
  std::string bytes;
  for (const std::string& input : inputs) bytes += field(1, input);
  return bytes + field(2, output) + field(3, name) + field(4, op);
}

// A value of elements f32 and a fixed shape.
inline std::string value_info(const std::string& name, const std::vector<std::int64_t>& shape) {
  std::string dims;
  for (std::int64_t extent : shape) dims += field(1, field(1, extent));
  return field(1, name) + field(2, field(1, field(1, std::int64_t(1)) + field(2, dims)));
}

inline std::string tensor_head(const std::string& name, const std::vector<std::int64_t>& shape) {
  std::string bytes;
  for (std::int64_t extent : shape) bytes += field(1, extent);
  return bytes + field(2, std::int64_t(1)) + field(8, name);
}
inline std::string tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                          const std::vector<float>& values) {
  std::string raw(values.size() * sizeof(float), '\0');
  std::memcpy(raw.data(), values.data(), raw.size());
  return tensor_head(name, shape) + field(9, raw);
}
inline std::string external_tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                                   const std::string& location) {
  return tensor_head(name, shape) +
         field(13, field(1, std::string("location")) + field(2, location)) +
         field(14, std::int64_t(1));
}

struct Parts {
  std::vector<std::string> nodes, initialisers, inputs, outputs;
};
inline std::string model(const Parts& parts) {
  std::string graph;
  for (const std::string& n : parts.nodes) graph += field(1, n);
  graph += field(2, std::string("graph"));
  for (const std::string& t : parts.initialisers) graph += field(5, t);
  for (const std::string& v : parts.inputs) graph += field(11, v);
  for (const std::string& v : parts.outputs) graph += field(12, v);
  return field(1, std::int64_t(8)) +
         field(8, field(1, std::string()) + field(2, std::int64_t(17))) + field(7, graph);
}

// y = conv(x, w): 1 x 1 x 4 x 4 by one filter of `weights` x 1.
inline Parts small_conv(const std::string& weights) {
  return {{node("Conv", "conv", {"x", "w"}, "y")},
          {weights},
          {value_info("x", {1, 1, 4, 4})},
          {value_info("y", {1, 1, 4, 4})}};
}

}  // namespace dlis::test
