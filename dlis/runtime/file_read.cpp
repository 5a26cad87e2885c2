// Reads `.dlis` files: checks all that is said, then borrows the bytes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/limits.h"
#include "dlis/base/text.h"
#include "dlis/model/op.h"
#include "dlis/runtime/file.h"
#include "dlis/runtime/file_header.h"
#include "file_generated.h"

namespace dlis {
namespace {

using Bytes = std::span<const std::byte>;

constexpr const char* kAgain = "copy or pack it again";

// The verifier of FlatBuffers looks where a list begins, not whether its elements lie as their type
// asks. An empty list has none, and lies anywhere.
template <class T>
bool is_aligned(const flatbuffers::Vector<T>* from) {
  return !from || from->size() == 0 ||
         reinterpret_cast<std::uintptr_t>(from->Data()) % sizeof(T) == 0;
}

class Reader {
 public:
  Reader(const Mapping& file, const std::string& where) : file_(file), where_(where) {}

  Result<Graph> read(const ReadOptions& options) {
    DLIS_TRY(read_header());
    if (options.check_data) DLIS_TRY(check_data());
    const auto* begin = reinterpret_cast<const std::uint8_t*>(file_.bytes.data()) + sizeof header_;
    flatbuffers::Verifier verifier(begin, header_.structure_bytes, 16, kMostFileTables);
    if (header_.structure_bytes > FLATBUFFERS_MAX_BUFFER_SIZE || !fbs::VerifyModelBuffer(verifier))
      return damaged("its structure is not whole");
    const fbs::Model& model = *fbs::GetModel(begin);
    DLIS_TRY(check_counts(model));
    DLIS_TRY(read_graph(model));
    DLIS_TRY(check_copies());
    if (model.plan()) DLIS_TRY(read_plan(*model.plan()));
    DLIS_TRY(check_copies());
    DLIS_TRY(check_hollow());
    if (Status valid = validate(graph_); !valid) return tl::unexpected(placed(valid.error()));
    return std::move(graph_);
  }

 private:
  tl::unexpected<Error> damaged(const std::string& what) const {
    return fail("the file is damaged: " + what, where_, kAgain);
  }

  Error placed(Error error) const {
    error.where = error.where.empty() ? where_ : where_ + ", " + error.where;
    return error;
  }

  Status read_header() {
    const std::size_t size = file_.bytes.size();
    if (size < sizeof header_ ||
        std::memcmp(file_.bytes.data(), kFileMagic.data(), kFileMagic.size()) != 0)
      return fail("this is no .dlis file", where_, "`dlis pack MODEL -o FILE.dlis` makes one");
    std::memcpy(&header_, file_.bytes.data(), sizeof header_);
    if (header_.version > kFileVersion)
      return fail(fmt::format("the file is of version {}, this dlis reads up to {}",
                              header_.version, kFileVersion),
                  where_, "take a newer dlis, or pack the model with this one");
    const std::uint64_t left = size - sizeof header_;
    const bool whole = header_.structure_bytes <= left && header_.data_bytes <= size &&
                       data_begin(header_) + header_.data_bytes == size;
    if (!whole)
      return fail(fmt::format("the file has {} bytes, which is not what it says", size), where_,
                  "was it cut off? " + std::string(kAgain));
    if (hash_of(header_, file_.bytes.subspan(sizeof header_, header_.structure_bytes)) !=
            header_.hash ||
        header_.zeros != FileHeader().zeros)
      return damaged("its structure has changed");
    data_ = file_.bytes.last(header_.data_bytes);
    if (data_.size() < kReadSlack) return damaged("it has no data");
    return {};
  }

  Status check_data() const {
    if (hash_field(Hasher().add(data_)) != header_.data_hash)
      return damaged("its weights have changed");
    return {};
  }

  // Texts and lists may stand in several places of a structure: a copy each.
  std::string text(const flatbuffers::String* from) {
    if (!from || !may_copy(from->size())) return {};
    return from->str();
  }

  template <class T, class From>
  std::vector<T> list(const From* from) {
    if (!from || !may_copy(std::uint64_t(from->size()) * sizeof(T))) return {};
    return std::vector<T>(from->begin(), from->end());
  }

  bool may_copy(std::uint64_t bytes) {
    copied_ += bytes;
    return copied_ <= kMostFileGrowth * header_.structure_bytes;
  }

  Status check_copies() const {
    if (copied_ <= kMostFileGrowth * header_.structure_bytes) return {};
    return damaged("its names and lists are longer than it is");
  }

  Result<std::string> name(const flatbuffers::String* from) {
    if (from && from->size() > kMostNameBytes)
      return damaged(fmt::format("a name has {} bytes", from->size()));
    return text(from);
  }

  Result<Bytes> bytes_at(const fbs::Place& place) const {
    const std::uint64_t most = data_.size() - kReadSlack;
    if (place.offset() % kAlignment || place.offset() > most ||
        place.bytes() > most - place.offset())
      return damaged("weights lie outside of it");
    return data_.subspan(place.offset(), place.bytes());
  }

  Result<DType> type_of(std::uint8_t number) const {
    if (number > std::uint8_t(DType::i64)) return damaged("an element type is unknown");
    return DType(number);
  }

  // Extents that can be: also their products.
  Result<Shape> shape_of(const flatbuffers::Vector<std::int64_t>& from) const {
    if (!is_aligned(&from)) return damaged("extents lie between words");
    if (from.size() > unsigned(kMaxRank)) return damaged("a value has too many axes");
    Shape shape;
    std::int64_t elements = 1;
    for (const std::int64_t extent : from) {
      if (extent < 0 || extent > kMostValueElements ||
          (extent > 0 && elements > kMostValueElements / extent))
        return damaged("an extent is out of range");
      elements *= std::max<std::int64_t>(extent, 1);
      shape.push_back(extent);
    }
    return shape;
  }

  Result<Quant> quant_of(const fbs::Quant& from, const Value& value) {
    Quant quant{DLIS_TRY(type_of(from.type())), list<float>(from.scale()),
                list<std::int32_t>(from.zero_point()), from.axis()};
    const std::size_t count = quant.scale.size();
    const bool along = quant.axis >= 0;
    const bool fits = along ? value.shape && quant.axis < value.shape->rank() &&
                                  std::int64_t(count) == (*value.shape)[quant.axis]
                            : quant.axis == -1 && count == 1;
    if (!fits || quant.zero_point.size() != count || quant.type != value.type ||
        quant.type == DType::f32)
      return damaged("a value's quantisation does not fit it");
    return quant;
  }

  Result<Value> value_of(const fbs::Value& from) {
    Value value;
    value.name = DLIS_TRY(name(from.name()));
    value.type = DLIS_TRY(type_of(from.type()));
    if (from.shape()) value.shape = DLIS_TRY(shape_of(*from.shape()));
    if (from.holds() > fbs::Holds_MAX || (from.holds() != fbs::Holds_nothing && !value.shape) ||
        (from.holds() == fbs::Holds_here) != (from.constant() != nullptr))
      return damaged("a constant is incomplete");
    if (from.holds() == fbs::Holds_in_layer)
      value.constant = Tensor::hollow(value.type, *value.shape);
    if (from.holds() == fbs::Holds_here) {
      const Bytes bytes = DLIS_TRY(bytes_at(*from.constant()));
      if (bytes.size() != std::size_t(value.shape->elements()) * size_of(value.type))
        return damaged(fmt::format("the constant '{}' has another size", value.name));
      value.constant = Tensor(value.type, *value.shape, {bytes.data(), bytes.size(), file_.keeper});
    }
    if (from.quant()) value.quant = DLIS_TRY(quant_of(*from.quant(), value));
    return value;
  }

  Result<Attribute> attribute_of(const fbs::Attribute& from) {
    if (!is_aligned(from.integers())) return damaged("integers lie between words");
    const Ints integers = list<std::int64_t>(from.integers());
    const Floats reals = list<float>(from.reals());
    Strings texts;
    if (from.texts())
      for (const auto* one : *from.texts()) texts.push_back(text(one));
    switch (from.kind()) {
      case fbs::Kind_integer:
        if (integers.size() == 1) return integers[0];
        break;
      case fbs::Kind_real:
        if (reals.size() == 1) return reals[0];
        break;
      case fbs::Kind_text:
        if (texts.size() == 1) return texts[0];
        break;
      case fbs::Kind_integers:
        return integers;
      case fbs::Kind_reals:
        return reals;
      case fbs::Kind_texts:
        return texts;
    }
    return damaged("an attribute is of no known kind");
  }

  Result<Node> node_of(const fbs::Node& from) {
    Node node;
    const std::string op = DLIS_TRY(name(from.op()));
    node.op = find_operator(op);
    if (!node.op)
      return fail(fmt::format("the operator '{}' is unknown to this version", op), where_,
                  "take a newer dlis");
    node.name = DLIS_TRY(name(from.name()));
    if (from.attributes())
      for (const fbs::Attribute* one : *from.attributes())
        node.attributes.set(text(one->name()), DLIS_TRY(attribute_of(*one)));
    node.inputs = list<ValueId>(from.inputs());
    while (!node.inputs.empty() && node.inputs.back() == kNoValue) node.inputs.pop_back();
    node.outputs = list<ValueId>(from.outputs());
    return node;
  }

  Status check_counts(const fbs::Model& from) const {
    if ((from.nodes() && from.nodes()->size() > kMostNodes) ||
        (from.values() && from.values()->size() > kMostValues))
      return damaged("it has more nodes or values than any network");
    return {};
  }

  Status read_graph(const fbs::Model& from) {
    graph_.name = text(from.name());
    graph_.batch_symbol = text(from.batch_symbol());
    graph_.inputs = list<ValueId>(from.inputs());
    graph_.outputs = list<ValueId>(from.outputs());
    if (from.values())
      for (const fbs::Value* one : *from.values())
        graph_.values.push_back(DLIS_TRY(value_of(*one)));
    if (from.nodes())
      for (const fbs::Node* one : *from.nodes()) graph_.nodes.push_back(DLIS_TRY(node_of(*one)));
    if (from.metadata())
      for (const fbs::Property* one : *from.metadata())
        graph_.metadata[text(one->name())] = text(one->value());
    return {};
  }

  Status read_plan(const fbs::Plan& from) {
    auto packed = std::make_shared<PackedLayers>();
    packed->isa = text(from.isa());
    packed->made_from = text(from.made_from());
    packed->keeper = file_.keeper;
    if (from.layers())
      for (const fbs::Layer* one : *from.layers()) {
        PackedLayer layer{text(one->row()),     text(one->format()), text(one->schedule()),
                          text(one->type()),    one->workers(),      one->cut(),
                          text(one->problem()), one->density(),      {}};
        if (one->packed()) layer.bytes = DLIS_TRY(bytes_at(*one->packed()));
        if (!(layer.density >= 0 && layer.density <= 1)) return damaged("a density is no share");
        if (std::min(layer.workers, layer.cut) < 0 || std::max(layer.workers, layer.cut) > kMostCut)
          return damaged("a layer has no such number of workers");
        packed->layers[text(one->name())] = layer;
      }
    graph_.packed = std::move(packed);
    return {};
  }

  // Only weights and biases of layers may lie in packed form.
  Status check_hollow() const {
    const auto hollow = [&](ValueId id) {
      return id >= 0 && std::size_t(id) < graph_.values.size() &&
             graph_.value(id).constant.is_hollow();
    };
    static constexpr std::array<std::string_view, 4> kLayers{"Conv", "WinogradConv", "Gemm",
                                                             "MatMul"};
    bool right = std::ranges::none_of(graph_.outputs, hollow) &&
                 (graph_.packed || std::ranges::none_of(graph_.values, [](const Value& value) {
                    return value.constant.is_hollow();
                  }));
    for (const Node& node : graph_.nodes) {
      const bool layer = std::ranges::find(kLayers, node.op->name) != kLayers.end();
      for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (hollow(node.inputs[i])) right = right && layer && (i == 1 || i == 2);
      right = right && std::ranges::none_of(node.outputs, hollow);
    }
    return right ? Status{} : damaged("weights are missing");
  }

  const Mapping& file_;
  const std::string& where_;
  FileHeader header_;
  Bytes data_;
  std::uint64_t copied_ = 0;  // bytes of texts and lists
  Graph graph_;
};

}  // namespace

Result<Graph> parse_dlis(const Mapping& file, const std::string& where,
                         const ReadOptions& options) {
  return Reader(file, where).read(options);
}

Result<Graph> load_dlis(const std::filesystem::path& file, const ReadOptions& options) {
  return parse_dlis(DLIS_TRY(map_file(file)), file.string(), options);
}

}  // namespace dlis
