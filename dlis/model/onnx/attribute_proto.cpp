// AttributeProto to the neutral attribute map and back.
#include "dlis/model/onnx/attribute_proto.h"

#include <fmt/format.h>

#include "dlis/model/onnx/tensor_proto.h"

namespace dlis {
namespace {

using Proto = onnx::AttributeProto;

// Writers before IR 2 left the type out: then it is the field that is filled in.
int type_of(const Proto& proto) {
  if (proto.type() != Proto::UNDEFINED) return proto.type();
  if (proto.has_f()) return Proto::FLOAT;
  if (proto.has_i()) return Proto::INT;
  if (proto.has_s()) return Proto::STRING;
  if (proto.has_t()) return Proto::TENSOR;
  if (proto.floats_size() > 0) return Proto::FLOATS;
  if (proto.strings_size() > 0) return Proto::STRINGS;
  return proto.has_g() ? Proto::GRAPH : Proto::INTS;
}

Status set_attribute(const Proto& proto, ReadAttributes& read) {
  Attributes& out = read.plain;
  const std::string& name = proto.name();
  switch (type_of(proto)) {
    case Proto::FLOAT:
      out.set(name, proto.f());
      return {};
    case Proto::INT:
      out.set(name, std::int64_t(proto.i()));
      return {};
    case Proto::STRING:
      out.set(name, proto.s());
      return {};
    case Proto::FLOATS:
      out.set(name, Floats(proto.floats().begin(), proto.floats().end()));
      return {};
    case Proto::INTS:
      out.set(name, Ints(proto.ints().begin(), proto.ints().end()));
      return {};
    case Proto::STRINGS:
      out.set(name, Strings(proto.strings().begin(), proto.strings().end()));
      return {};
    case Proto::TENSOR:
      read.tensors[name] = DLIS_TRY(tensor_of(proto.t(), {}));
      return {};
    default:
      return fail(fmt::format("attribute '{}' has a kind that is not supported", name));
  }
}

struct Writer {
  Proto& proto;
  void operator()(std::int64_t value) const { proto.set_type(Proto::INT), proto.set_i(value); }
  void operator()(float value) const { proto.set_type(Proto::FLOAT), proto.set_f(value); }
  void operator()(const std::string& value) const {
    proto.set_type(Proto::STRING), proto.set_s(value);
  }
  void operator()(const Ints& values) const {
    proto.set_type(Proto::INTS);
    for (const auto value : values) proto.add_ints(value);
  }
  void operator()(const Floats& values) const {
    proto.set_type(Proto::FLOATS);
    for (const auto value : values) proto.add_floats(value);
  }
  void operator()(const Strings& values) const {
    proto.set_type(Proto::STRINGS);
    for (const auto& value : values) proto.add_strings(value);
  }
};

}  // namespace

Result<ReadAttributes> attributes_of(const onnx::NodeProto& node) {
  ReadAttributes out;
  for (const Proto& proto : node.attribute()) DLIS_TRY(set_attribute(proto, out));
  return out;
}

std::string subgraph_in(const onnx::NodeProto& node) {
  for (const Proto& proto : node.attribute()) {
    const int type = type_of(proto);
    if (type == Proto::GRAPH || type == Proto::GRAPHS) return proto.name();
  }
  return {};
}

void write_attributes(const Attributes& attributes, onnx::NodeProto& node) {
  for (const auto& [name, value] : attributes) {
    Proto& proto = *node.add_attribute();
    proto.set_name(name);
    std::visit(Writer{proto}, value);
  }
}

}  // namespace dlis
