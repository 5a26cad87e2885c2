// A graph as fields (base/fields.h), exactly: its numbering, order, names and weights, which a file
// of ONNX does not keep all of.
#pragma once
#include "dlis/base/fields.h"
#include "dlis/model/op.h"

namespace dlis {

template <class Fields>
void pass(Fields& fields, Shape& shape) {
  Ints extents(shape.begin(), shape.end());
  pass(fields, extents);
  if constexpr (Fields::kReads) {
    if (extents.size() > std::size_t(kMaxRank)) return fields.fail();
    shape = Shape(extents);
  }
}

// A tensor that is none has no shape.
template <class Fields>
void pass(Fields& fields, Tensor& tensor) {
  std::optional<Shape> shape;
  if (tensor.has_value()) shape = tensor.shape();
  pass(fields, shape);
  if (!shape) return;
  DType type = tensor.type();
  pass(fields, type);
  if constexpr (Fields::kReads) {
    std::size_t size = size_of(type);
    for (const std::int64_t extent : *shape) {
      if (extent < 0 || std::size_t(extent) > fields.left()) return fields.fail();
      size *= std::size_t(extent);
      if (size > fields.left()) return fields.fail();
    }
    tensor = Tensor(type, *shape);
    fields.raw(tensor.edit_data(), size);
  } else {
    fields.raw(tensor.data(), tensor.bytes());
  }
}

template <class Fields>
void pass(Fields& fields, Quant& quant) {
  pass(fields, quant.type);
  pass(fields, quant.scale);
  pass(fields, quant.zero_point);
  pass(fields, quant.axis);
}

template <class Fields>
void pass(Fields& fields, Value& value) {
  pass(fields, value.name);
  pass(fields, value.type);
  pass(fields, value.shape);
  pass(fields, value.constant);
  pass(fields, value.quant);
}

template <class Fields>
void pass(Fields& fields, Attribute& attribute) {
  static const Attribute kKinds[] = {std::int64_t(0), 0.0f,     std::string(),
                                     Ints(),          Floats(), Strings()};
  auto kind = std::uint8_t(attribute.index());
  pass(fields, kind);
  if constexpr (Fields::kReads) {
    if (kind >= std::size(kKinds)) return fields.fail();
    attribute = kKinds[kind];
  }
  std::visit([&](auto& held) { pass(fields, held); }, attribute);
}

template <class Fields>
void pass(Fields& fields, Attributes& attributes) {
  std::map<std::string, Attribute> all(attributes.begin(), attributes.end());
  pass(fields, all);
  if constexpr (Fields::kReads)
    for (auto& [name, attribute] : all) attributes.set(name, std::move(attribute));
}

template <class Fields>
void pass(Fields& fields, Node& node) {
  std::string op = node.op ? node.op->name : "";
  pass(fields, op);
  if constexpr (Fields::kReads) {
    node.op = find_operator(op);
    if (!node.op) return fields.fail();
  }
  pass(fields, node.name);
  pass(fields, node.attributes);
  pass(fields, node.inputs);
  pass(fields, node.outputs);
}

template <class Fields>
void pass(Fields& fields, Graph& graph) {
  pass(fields, graph.name);
  pass(fields, graph.values);
  pass(fields, graph.nodes);
  pass(fields, graph.inputs);
  pass(fields, graph.outputs);
  pass(fields, graph.metadata);
  pass(fields, graph.batch_symbol);
}

}  // namespace dlis
