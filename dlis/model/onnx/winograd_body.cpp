// WinogradConv in standard operators. B^T d B of all tiles is a convolution of each channel with
// stride m whose a * a filters are the outer products of B^T's rows; the products of all
// frequencies are one batched MatMul; A^T [...] A is a transposed convolution with stride m, whose
// filters are those of A^T's columns. Its windows do not overlap, so it only puts tiles in place.
#include "dlis/model/onnx/winograd_body.h"

#include <string>
#include <vector>

#include "dlis/base/check.h"
#include "dlis/base/winograd.h"
#include "dlis/model/onnx/attribute_proto.h"
#include "dlis/model/onnx/tensor_proto.h"

namespace dlis {
namespace {

using Names = std::vector<std::string>;

// Nodes are named after their one output.
struct Body {
  onnx::FunctionProto& proto;

  onnx::NodeProto& node(const char* op, const Names& inputs, const char* output,
                        const Attributes& attributes = {}) const {
    onnx::NodeProto& node = *proto.add_node();
    node.set_op_type(op);
    node.set_name(output);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    write_attributes(attributes, node);
    return node;
  }
  void constant(const char* name, const Tensor& tensor) const {
    auto& attribute = *node("Constant", {}, name).add_attribute();
    attribute.set_name("value");
    attribute.set_type(onnx::AttributeProto::TENSOR);
    *attribute.mutable_t() = proto_of(tensor, name);
  }
  void numbers(const char* name, const Ints& values) const { constant(name, Tensor::ints(values)); }
  // Extents [begin, end) of the axes of `of`.
  void extents(const char* of, std::int64_t begin, std::int64_t end, const char* name) const {
    Attributes range;
    range.set("start", begin), range.set("end", end);
    node("Shape", {of}, name, range);
  }
  void reshape(const char* from, const Names& sizes, const std::string& to) const {
    Attributes axis;
    axis.set("axis", std::int64_t(0));
    node("Concat", sizes, (to + "_shape").c_str(), axis);
    node("Reshape", {from, to + "_shape"}, to.c_str());
  }
  void transpose(const char* from, const Ints& order, const char* to) const {
    Attributes attributes;
    attributes.set("perm", order);
    node("Transpose", {from}, to, attributes);
  }
};

// The attribute `name` of the node is the function's attribute `pads`.
void refer_to_pads(onnx::NodeProto& node, const char* name) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_ref_attr_name("pads");
  attribute.set_type(onnx::AttributeProto::INTS);
}

Attributes strides_of(int m) {
  Attributes attributes;
  attributes.set("strides", Ints{m, m});
  return attributes;
}

// [a * a, 1, a, a]: element (i, j) of B^T d B takes bt[i][r] * bt[j][s] of d[r][s].
Tensor input_filters(const WinogradMatrices& matrices) {
  const int a = matrices.a;
  Tensor out(DType::f32, {a * a, 1, a, a});
  float* next = out.edit<float>().data();
  for (int i = 0; i < a; ++i)
    for (int j = 0; j < a; ++j)
      for (int r = 0; r < a; ++r)
        for (int s = 0; s < a; ++s)
          *next++ = float(matrices.bt[i * a + r].value() * matrices.bt[j * a + s].value());
  return out;
}

// [a * a, 1, m, m]: element (i, j) of the products adds at[p][i] * at[q][j] to y[p][q].
Tensor output_filters(const WinogradMatrices& matrices) {
  const int a = matrices.a, m = matrices.m;
  Tensor out(DType::f32, {a * a, 1, m, m});
  float* next = out.edit<float>().data();
  for (int i = 0; i < a; ++i)
    for (int j = 0; j < a; ++j)
      for (int p = 0; p < m; ++p)
        for (int q = 0; q < m; ++q)
          *next++ = float(matrices.at[p * a + i].value() * matrices.at[q * a + j].value());
  return out;
}

void write_constants(const Body& body, const WinogradMatrices& matrices) {
  const std::int64_t m = matrices.m, frequencies = matrices.a * matrices.a;
  body.constant("input_filters", input_filters(matrices));
  body.constant("output_filters", output_filters(matrices));
  body.numbers("rest", {-1});
  body.numbers("one", {1});
  body.numbers("frequencies", {frequencies});
  body.numbers("keep_two", {0, 0, -1});  // of three axes
  body.numbers("per_channel", {-1, 1, 1});
  body.numbers("last_tiles", {0, 0, 0, 0, 0, 0, m - 1, m - 1});
}

// x to transformed tiles `d`, frequencies x C x (N * tiles); the last tiles hang over the edge.
void write_input_transform(const Body& body, const WinogradFunction& function) {
  body.node("Pad", {"x", "last_tiles"}, "wide");
  body.extents("wide", 0, 1, "n");
  body.extents("wide", 1, 2, "c");
  body.extents("wide", 2, 4, "wide_map");
  body.reshape("wide", {"rest", "one", "wide_map"}, "planes");
  refer_to_pads(body.node("Conv", {"planes", "input_filters"}, "tiles", strides_of(function.m)),
                "pads");
  if (function.relu) body.node("Relu", {"tiles"}, "active_tiles");
  body.extents("tiles", 2, 4, "grid");
  body.reshape(function.relu ? "active_tiles" : "tiles", {"n", "c", "frequencies", "rest"},
               "tiles_by_image");
  body.transpose("tiles_by_image", {2, 1, 0, 3}, "tiles_by_frequency");
  body.node("Reshape", {"tiles_by_frequency", "keep_two"}, "d");
}

// `d` to the products of all frequencies, N * K planes of tiles.
void write_products(const Body& body) {
  body.node("Reshape", {"w", "keep_two"}, "flat_weights");
  body.transpose("flat_weights", {2, 0, 1}, "weights");
  body.node("MatMul", {"weights", "d"}, "products");
  body.extents("w", 0, 1, "k");
  body.reshape("products", {"frequencies", "k", "n", "rest"}, "products_by_frequency");
  body.transpose("products_by_frequency", {2, 1, 0, 3}, "products_by_image");
  body.reshape("products_by_image", {"rest", "frequencies", "grid"}, "product_planes");
}

// What hangs over the edge is cut off: the map is H + top + bottom - 2 times W + left + right - 2.
void write_output_transform(const Body& body, const WinogradFunction& function) {
  body.node("ConvTranspose", {"product_planes", "output_filters"}, "output_planes",
            strides_of(function.m));
  body.extents("output_planes", 2, 4, "wide_output_map");
  body.reshape("output_planes", {"n", "k", "wide_output_map"}, "wide_output");
  refer_to_pads(body.node("Constant", {}, "all_pads"), "value_ints");
  body.numbers("two", {2});
  body.numbers("map_axes", {2, 3});
  body.numbers("origin", {0, 0});
  body.numbers("two_by_two", {2, 2});
  body.extents("x", 2, 4, "map");
  body.node("Reshape", {"all_pads", "two_by_two"}, "pads_by_side");
  Attributes sides;
  sides.set("keepdims", std::int64_t(0));
  body.numbers("first_axis", {0});
  body.node("ReduceSum", {"pads_by_side", "first_axis"}, "pad_sums", sides);
  body.node("Add", {"map", "pad_sums"}, "padded_map");
  body.node("Sub", {"padded_map", "two"}, "output_map");
  body.node("Slice", {"wide_output", "origin", "output_map", "map_axes"}, "sums");
  body.node("Reshape", {"b", "per_channel"}, "bias");
  body.node("Add", {"sums", "bias"}, "y");
}

}  // namespace

void write_winograd_body(const WinogradFunction& function, onnx::FunctionProto& proto) {
  for (const char* input : {"x", "w", "b"}) proto.add_input(input);
  proto.add_output("y");
  proto.add_attribute("pads");
  proto.add_opset_import()->set_version(17);
  const WinogradMatrices* matrices = winograd_matrices(function.m);
  DLIS_ASSERT(matrices);
  const Body body{proto};
  write_constants(body, *matrices);
  write_input_transform(body, function);
  write_products(body);
  write_output_transform(body, function);
}

}  // namespace dlis
