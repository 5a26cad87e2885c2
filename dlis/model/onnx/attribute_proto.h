// AttributeProto to the neutral attribute map and back.
#pragma once
#include <map>

#include "dlis/format/attributes.h"
#include "dlis/format/tensor.h"
#include "dlis/model/onnx/proto.h"

namespace dlis {

struct ReadAttributes {
  Attributes plain;
  std::map<std::string, Tensor> tensors;
};

// Errors: subgraphs, sparse tensors, types; tensors are read like any weight.
Result<ReadAttributes> attributes_of(const onnx::NodeProto& node);
// "" where the node holds no subgraph, else the attribute that does ("then_branch").
std::string subgraph_in(const onnx::NodeProto& node);

void write_attributes(const Attributes& attributes, onnx::NodeProto& node);

}  // namespace dlis
