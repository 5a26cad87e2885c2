// Writes graphs and plans as `.dlis` files.
#include <array>
#include <map>
#include <set>

#include "dlis/base/file.h"
#include "dlis/model/op.h"
#include "dlis/runtime/file.h"
#include "dlis/runtime/file_header.h"
#include "dlis/runtime/packed.h"
#include "file_generated.h"

namespace dlis {
namespace {

using Bytes = std::span<const std::byte>;

class Writer {
 public:
  explicit Writer(const Graph& graph) : graph_(graph) {}

  void add_layer(const std::string& name, const PackedLayer& layer) {
    std::optional<fbs::Place> place;
    if (!layer.bytes.empty()) place = add_bytes(layer.bytes);
    layers_.push_back(fbs::CreateLayer(out_, text(name), text(layer.row), text(layer.format),
                                       text(layer.schedule), text(layer.type), text(layer.problem),
                                       layer.density, place ? &*place : nullptr, layer.workers,
                                       layer.cut));
  }

  void set_plan(const std::string& isa, const std::string& made_from) {
    plan_ = fbs::CreatePlan(out_, text(isa), text(made_from), out_.CreateVector(layers_));
  }

  Status write(const std::filesystem::path& file, const std::set<ValueId>& hollow) {
    finish(hollow);
    const Bytes structure = std::as_bytes(std::span(out_.GetBufferPointer(), out_.GetSize()));
    FileHeader header;
    header.structure_bytes = structure.size();
    std::vector<Bytes> pieces{Bytes(), structure};
    const std::uint64_t begin = data_begin(header);
    pieces.push_back(zeros(begin - sizeof header - structure.size()));
    Hasher hasher;
    const auto add = [&](Bytes bytes) {
      header.data_bytes += bytes.size();
      pieces.push_back(bytes);
      hasher.add(bytes);
    };
    for (const Bytes bytes : data_) {
      add(bytes);
      add(zeros(up_to_line(bytes.size()) - bytes.size()));
    }
    add(zeros(kReadSlack));
    header.data_hash = hash_field(hasher);
    header.hash = hash_of(header, structure);
    pieces[0] = std::as_bytes(std::span(&header, 1));
    return write_file_atomic(file, pieces);
  }

 private:
  static Bytes zeros(std::size_t count) {
    static constexpr std::array<std::byte, kAlignment> kZeros{};
    return Bytes(kZeros).first(count);
  }

  flatbuffers::Offset<flatbuffers::String> text(const std::string& text) {
    return out_.CreateSharedString(text);
  }

  // Tensors that share bytes share them in the file.
  fbs::Place add_bytes(Bytes bytes) {
    const auto [known, added] = places_.try_emplace({bytes.data(), bytes.size()}, data_bytes_);
    if (added) {
      data_.push_back(bytes);
      data_bytes_ += up_to_line(bytes.size());
    }
    return {known->second, bytes.size()};
  }

  flatbuffers::Offset<fbs::Value> add(const Value& value, bool hollow) {
    flatbuffers::Offset<flatbuffers::Vector<std::int64_t>> shape;
    if (value.shape)
      shape = out_.CreateVector(value.shape->begin(), std::size_t(value.shape->rank()));
    flatbuffers::Offset<fbs::Quant> quant;
    if (const auto& q = value.quant)
      quant = fbs::CreateQuant(out_, std::uint8_t(q->type), out_.CreateVector(q->scale),
                               out_.CreateVector(q->zero_point), q->axis);
    std::optional<fbs::Place> place;
    if (value.constant.has_value() && !hollow)
      place = add_bytes({value.constant.data(), value.constant.bytes()});
    return fbs::CreateValue(out_, text(value.name), std::uint8_t(value.type), shape,
                            hollow  ? fbs::Holds_in_layer
                            : place ? fbs::Holds_here
                                    : fbs::Holds_nothing,
                            place ? &*place : nullptr, quant);
  }

  flatbuffers::Offset<fbs::Attribute> add(const std::string& name, const Attribute& attribute) {
    Ints integers;
    Floats reals;
    Strings texts;
    if (const auto* one = std::get_if<std::int64_t>(&attribute)) integers = {*one};
    if (const auto* one = std::get_if<float>(&attribute)) reals = {*one};
    if (const auto* one = std::get_if<std::string>(&attribute)) texts = {*one};
    if (const auto* all = std::get_if<Ints>(&attribute)) integers = *all;
    if (const auto* all = std::get_if<Floats>(&attribute)) reals = *all;
    if (const auto* all = std::get_if<Strings>(&attribute)) texts = *all;
    return fbs::CreateAttribute(out_, text(name), fbs::Kind(attribute.index()),
                                out_.CreateVector(integers), out_.CreateVector(reals),
                                out_.CreateVectorOfStrings(texts));
  }

  flatbuffers::Offset<fbs::Node> add(const Node& node) {
    std::vector<flatbuffers::Offset<fbs::Attribute>> attributes;
    for (const auto& [name, attribute] : node.attributes)
      attributes.push_back(add(name, attribute));
    return fbs::CreateNode(out_, text(node.op->name), text(node.name),
                           out_.CreateVector(attributes), out_.CreateVector(node.inputs),
                           out_.CreateVector(node.outputs));
  }

  void finish(const std::set<ValueId>& hollow) {
    std::vector<flatbuffers::Offset<fbs::Value>> values;
    for (std::size_t id = 0; id < graph_.values.size(); ++id)
      values.push_back(add(graph_.values[id], hollow.contains(ValueId(id))));
    std::vector<flatbuffers::Offset<fbs::Node>> nodes;
    for (const Node& node : graph_.nodes) nodes.push_back(add(node));
    std::vector<flatbuffers::Offset<fbs::Property>> metadata;
    for (const auto& [name, value] : graph_.metadata)
      metadata.push_back(fbs::CreateProperty(out_, text(name), text(value)));
    fbs::FinishModelBuffer(
        out_, fbs::CreateModel(out_, text(graph_.name), out_.CreateVector(values),
                               out_.CreateVector(nodes), out_.CreateVector(graph_.inputs),
                               out_.CreateVector(graph_.outputs), out_.CreateVector(metadata),
                               text(graph_.batch_symbol), plan_));
  }

  const Graph& graph_;
  flatbuffers::FlatBufferBuilder out_;
  std::vector<flatbuffers::Offset<fbs::Layer>> layers_;
  flatbuffers::Offset<fbs::Plan> plan_;
  std::vector<Bytes> data_;
  std::uint64_t data_bytes_ = 0;
  std::map<std::pair<const std::byte*, std::size_t>, std::uint64_t> places_;
};

// Constants that only layers read whose weights lie in the file as they were packed.
std::set<ValueId> packed_constants(const Plan& plan) {
  std::set<std::string> packed;
  std::set<ValueId> kept(plan.graph.outputs.begin(), plan.graph.outputs.end()), out;
  for (const Step& step : plan.steps) {
    if (step.conv_row && step.conv_row->portable) packed.insert(step.name);
    kept.insert(step.inputs.begin(), step.inputs.end());
  }
  for (const Node& node : plan.graph.nodes)
    if (!packed.contains(plan.graph.value(node.outputs[0]).name))
      kept.insert(node.inputs.begin(), node.inputs.end());
  for (const Node& node : plan.graph.nodes)
    for (ValueId id : node.inputs)
      if (plan.graph.is_constant(id) && !kept.contains(id)) out.insert(id);
  return out;
}

}  // namespace

bool is_dlis_file(const std::filesystem::path& file) { return file.extension() == ".dlis"; }

Status save_dlis(const Graph& graph, const std::filesystem::path& file) {
  if (graph.packed)
    return fail("its weights are packed for one plan", graph.name, "pack the ONNX file instead");
  return Writer(graph).write(file, {});
}

Status save_dlis(const Plan& plan, const std::filesystem::path& file,
                 const std::string& made_from) {
  if (plan.graph.packed)
    return fail("its weights are packed already", plan.graph.name, "pack the ONNX file instead");
  if (plan.options.device != "cpu")
    return fail(
        fmt::format("the plan is for {}, and a file holds plans for cpu", plan.options.device),
        plan.graph.name, "plan it with --device cpu");
  Writer writer(plan.graph);
  const Choices choices = choices_of(plan);
  for (const Step& step : plan.steps) {
    const auto found = choices.find(step.name);
    if (found == choices.end()) continue;
    const LayerChoice& choice = found->second;
    PackedLayer layer{choice.row,  choice.format,  choice.schedule,
                      choice.type, choice.workers, choice.cut};
    if (step.conv_row) {
      layer.problem = packed_line(step.conv);
      layer.density = step.conv.density;
      if (step.conv_row->portable) layer.bytes = {step.packed.data(), step.packed.size()};
    }
    writer.add_layer(step.name, layer);
  }
  writer.set_plan(std::string(name_of(plan.options.isa)), made_from);
  return writer.write(file, packed_constants(plan));
}

}  // namespace dlis
