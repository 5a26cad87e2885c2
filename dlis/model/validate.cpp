// Whether a graph, from whichever file, is one.
#include <fmt/format.h>

#include <set>

#include "dlis/model/graph.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

// Walks the nodes in order; a value is known once it is an input, a constant or produced.
class Walk {
 public:
  explicit Walk(const Graph& graph) : graph_(graph), known_(graph.values.size(), false) {
    for (std::size_t id = 0; id < known_.size(); ++id)
      known_[id] = graph.values[id].constant.has_value();
  }

  Status enter(ValueId input) {
    DLIS_TRY(check_id(input, "the graph's inputs"));
    if (graph_.is_constant(input))
      return fail("is a graph input and a constant", name_of_value(input));
    known_[std::size_t(input)] = true;
    return check_shape(input);
  }

  Status visit(const Node& node) {
    if (!node.op) return fail("its operator is unknown", place_of(node));
    for (ValueId id : node.inputs) {
      if (id == kNoValue) continue;
      DLIS_TRY(check_id(id, place_of(graph_, node)));
      if (!known_[std::size_t(id)])
        return fail(fmt::format("reads {} before anything makes it", name_of_value(id)),
                    place_of(graph_, node));
    }
    for (ValueId id : node.outputs)
      if (id != kNoValue) DLIS_TRY(produce(id, node));
    return {};
  }

  Status leave(ValueId output) const {
    DLIS_TRY(check_id(output, "the graph's outputs"));
    if (known_[std::size_t(output)]) return {};
    return fail("nothing makes this graph output", name_of_value(output));
  }

 private:
  Status produce(ValueId id, const Node& node) {
    DLIS_TRY(check_id(id, place_of(graph_, node)));
    if (produced_.count(id) || (known_[std::size_t(id)] && !graph_.is_constant(id)))
      return fail(fmt::format("makes {} a second time", name_of_value(id)), place_of(graph_, node));
    produced_.insert(id);
    known_[std::size_t(id)] = true;
    return check_shape(id);
  }

  Status check_id(ValueId id, std::string place) const {
    if (id >= 0 && std::size_t(id) < graph_.values.size()) return {};
    return fail(fmt::format("value {} does not exist", id), std::move(place));
  }

  Status check_shape(ValueId id) const {
    const Value& value = graph_.value(id);
    if (!value.shape) return fail("its shape is not known", name_of_value(id));
    if (value.constant.has_value() &&
        (value.constant.shape() != *value.shape || value.constant.type() != value.type))
      return fail("its constant has another shape or type", name_of_value(id));
    if (value.quant && value.quant->type != value.type)
      return fail("its quantisation is of another type", name_of_value(id));
    return {};
  }

  std::string name_of_value(ValueId id) const {
    return fmt::format("value '{}'", graph_.value(id).name);
  }

  const Graph& graph_;
  std::vector<bool> known_;
  std::set<ValueId> produced_;
};

// The shapes that the nodes' own rules give are the ones that the values carry.
Status check_inferred(const Graph& graph) {
  Graph again = graph;
  DLIS_TRY(infer_shapes(again));
  for (const Node& node : graph.nodes)
    for (ValueId id : node.outputs) {
      if (id == kNoValue) continue;
      const Value &kept = graph.value(id), &inferred = again.value(id);
      if (kept.shape != inferred.shape || kept.type != inferred.type)
        return fail(fmt::format("value '{}' is {} {}, but its rule gives {} {}", kept.name,
                                name_of(kept.type), kept.shape->text(), name_of(inferred.type),
                                inferred.shape->text()),
                    place_of(graph, node));
    }
  return {};
}

}  // namespace

Status validate(const Graph& graph) {
  Walk walk(graph);
  for (ValueId id : graph.inputs) DLIS_TRY(walk.enter(id));
  for (const Node& node : graph.nodes) DLIS_TRY(walk.visit(node));
  for (ValueId id : graph.outputs) DLIS_TRY(walk.leave(id));
  return check_inferred(graph);
}

}  // namespace dlis
