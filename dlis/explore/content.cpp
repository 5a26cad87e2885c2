// Hashes a graph field by field.
#include "dlis/explore/content.h"

#include "dlis/base/hash.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

void add(Hasher& hasher, std::int64_t value) { hasher.add(value); }
void add(Hasher& hasher, float value) { hasher.add(std::as_bytes(std::span(&value, 1))); }
void add(Hasher& hasher, const std::string& value) { hasher.add(std::string_view(value)); }
template <class T>
void add(Hasher& hasher, const std::vector<T>& values) {
  hasher.add(std::int64_t(values.size()));
  for (const T& value : values) add(hasher, value);
}

void add(Hasher& hasher, const Shape& shape) {
  hasher.add(std::int64_t(shape.rank()));
  for (std::int64_t extent : shape) hasher.add(extent);
}

void add(Hasher& hasher, const Value& value) {
  add(hasher, value.name);
  hasher.add(std::int64_t(value.type));
  hasher.add(std::int64_t(value.shape.has_value()));
  if (value.shape) add(hasher, *value.shape);
  hasher.add(std::int64_t(value.constant.has_value()));
  if (value.constant.has_value()) {
    add(hasher, value.constant.shape());
    if (!value.constant.is_hollow())
      hasher.add(std::span(value.constant.data(), value.constant.bytes()));
  }
  hasher.add(std::int64_t(value.quant.has_value()));
  if (!value.quant) return;
  hasher.add(std::int64_t(value.quant->type)).add(std::int64_t(value.quant->axis));
  add(hasher, value.quant->scale);
  for (std::int32_t zero : value.quant->zero_point) hasher.add(std::int64_t(zero));
}

void add_ids(Hasher& hasher, const std::vector<ValueId>& ids) {
  hasher.add(std::int64_t(ids.size()));
  for (ValueId id : ids) hasher.add(std::int64_t(id));
}

void add(Hasher& hasher, const Node& node) {
  hasher.add(std::string_view(node.op->name));
  for (const auto& [name, attribute] : node.attributes) {
    add(hasher, name);
    hasher.add(std::int64_t(attribute.index()));
    std::visit([&](const auto& held) { add(hasher, held); }, attribute);
  }
  add_ids(hasher, node.inputs);
  add_ids(hasher, node.outputs);
}

}  // namespace

std::string content_hash(const Graph& graph) {
  Hasher hasher;
  for (const Value& value : graph.values) add(hasher, value);
  for (const Node& node : graph.nodes) add(hasher, node);
  add_ids(hasher, graph.inputs);
  add_ids(hasher, graph.outputs);
  for (const auto& [key, text] : graph.metadata) {
    add(hasher, key);
    add(hasher, text);
  }
  if (graph.packed) {
    add(hasher, graph.packed->isa);
    for (const auto& [name, layer] : graph.packed->layers) {
      for (const auto* text : {&name, &layer.row, &layer.format, &layer.schedule, &layer.type})
        add(hasher, *text);
      hasher.add(layer.bytes);
    }
  }
  return hasher.hex();
}

}  // namespace dlis
