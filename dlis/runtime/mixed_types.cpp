// Weighs the network in both types and cuts it where conversions pay.
#include "dlis/runtime/mixed_types.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/format/half.h"
#include "dlis/hardware/ceiling.h"
#include "dlis/model/quantised.h"
#include "dlis/runtime/choose.h"
#include "dlis/runtime/labelling.h"

namespace dlis {
namespace {

// A layer in one type: its fastest row.
struct Weight {
  double milliseconds = 0;
  bool fallback = false;  // the named row, format or device does not take it
};
using Weights = std::map<std::string, Weight>;  // by layer

Result<Weights> weigh(const Graph& graph, const PlanOptions& options,
                      const std::vector<Stand>& stands, const std::set<std::string>& in_f32) {
  const Graph settled = DLIS_TRY(settle_types(graph, stands, in_f32));
  auto layers = DLIS_TRY(lower(settled, place(settled), options));
  Chooser chooser(options, layers, {});
  DLIS_TRY(chooser.consider(layers, true));
  Weights out;
  for (const LoweredStep& layer : layers) {
    const Candidate* best = nullptr;
    for (const Candidate& c : layer.step.candidates)
      if (c.offered && (!best || c.milliseconds < best->milliseconds)) best = &c;
    if (best) out[layer.step.name] = {best->milliseconds, layer.step.fallback};
  }
  return out;
}

// Labels: false as stored, true f32. Nodes of the problem are those of the graph and two more,
// which are always the one and always the other.
class Assignment {
 public:
  Assignment(const Graph& graph, int threads, const std::vector<Stand>& stands)
      : graph_(graph), stands_(stands), uses_(graph), placements_(place(graph)) {
    byte_ms_ = 1e-6 / nominal_ceiling(threads).gbytes;
    for (std::size_t i = 0; i < stands.size(); ++i)
      problem_.costs.push_back(stands[i] == Stand::in_f32 ? never(false) : std::array{0.0, 0.0});
    problem_.costs.push_back(never(true));
    problem_.costs.push_back(never(false));
  }

  // Of a free node. What has times in both types costs those, the others their bytes.
  void weigh(int node, const Weight* stored, const Weight* f32) {
    auto& costs = problem_.costs[std::size_t(node)];
    if (stored && f32)
      costs = {stored->milliseconds, f32->milliseconds};
    else
      costs = {moved_ms(node, false), moved_ms(node, true)};
  }
  void fix(int node, bool in_f32) { problem_.costs[std::size_t(node)] = never(!in_f32); }

  std::vector<bool> solve() {
    for (std::size_t id = 0; id < graph_.values.size(); ++id)
      if (graph_.values[id].quant && !graph_.values[id].constant.has_value())
        add_borders(ValueId(id));
    return cheapest_labels(problem_);
  }

  // The labels with every node that may have this one having it, and what they cost.
  std::vector<bool> all(bool in_f32) const {
    std::vector<bool> labels;
    for (const auto& costs : problem_.costs)
      labels.push_back(costs[in_f32] >= kNever ? !in_f32 : in_f32);
    return labels;
  }
  double cost(const std::vector<bool>& labels) const { return cost_of(problem_, labels); }

 private:
  static std::array<double, 2> never(bool label) {
    return label ? std::array{0.0, kNever} : std::array{kNever, 0.0};
  }
  int as_stored() const { return int(stands_.size()); }
  int always_f32() const { return int(stands_.size()) + 1; }

  double bytes_of(ValueId id, bool in_f32) const {
    const Value& value = graph_.value(id);
    const DType type = in_f32 && value.quant ? DType::f32 : value.type;
    return double(value.shape->elements()) * double(size_of(type));
  }
  double moved_ms(int index, bool in_f32) const {
    const Node& node = graph_.nodes[std::size_t(index)];
    if (placements_.views.contains(node.outputs[0])) return 0;
    double bytes = 0;
    for (const auto* ids : {&node.inputs, &node.outputs})
      for (const ValueId id : *ids)
        if (id != kNoValue && !graph_.is_constant(id)) bytes += bytes_of(id, in_f32);
    return bytes * byte_ms_;
  }

  // Who decides in which type a value is wanted: a free node or one of the two that never change.
  int side_of(int node, bool casts_in_f32) const {
    const Stand stand = node < 0 ? Stand::plain : stands_[std::size_t(node)];
    if (stand == Stand::free || stand == Stand::in_f32) return node;
    return stand == Stand::converts && casts_in_f32 ? always_f32() : as_stored();
  }

  // A value is converted once, whoever reads it. One in 16 bits lives in both types only where its
  // maker and a reader differ; one in bytes is rounded by any maker and read by any reader in f32.
  void add_borders(ValueId id) {
    const bool half = is_half(graph_.value(id).quant->type);
    const double ms = (bytes_of(id, false) + bytes_of(id, true)) * byte_ms_;
    const int maker = uses_.producer[std::size_t(id)], made = side_of(maker, half);
    std::vector<int> readers;
    for (const int reader : uses_.consumers[std::size_t(id)])
      readers.push_back(side_of(reader, half));
    if (uses_.is_output[std::size_t(id)]) readers.push_back(as_stored());
    if (!half) {
      if (made == maker) problem_.costs[std::size_t(made)][true] += ms;
      return problem_.penalties.push_back({as_stored(), false, readers, ms});
    }
    problem_.penalties.push_back({made, true, readers, ms});
    // A layer stores f32 for a reader who wants nothing else.
    const bool writes_f32 = made == maker && readers.size() == 1 &&
                            stores_any_type(graph_, graph_.nodes[std::size_t(maker)]);
    if (!writes_f32) problem_.penalties.push_back({made, false, readers, ms});
  }

  const Graph& graph_;
  const std::vector<Stand>& stands_;
  const Uses uses_;
  const Placements placements_;
  double byte_ms_ = 0;
  Labelling problem_;
};

class TypeChoice {
 public:
  TypeChoice(const Graph& graph, const PlanOptions& options) : graph_(graph), options_(options) {
    out_.stands = stands_of(graph, options);
  }

  MixedTypes run() && {
    if (std::ranges::count(out_.stands, Stand::free) == 0) return std::move(out_);
    const bool given = !options_.choices.empty();
    if (!given && !weigh_both()) return std::move(out_);
    Assignment assignment(graph_, options_.threads, out_.stands);
    for (std::size_t i = 0; i < out_.stands.size(); ++i)
      if (out_.stands[i] == Stand::free) add(assignment, int(i));
    const std::vector<bool> labels = assignment.solve();
    out_.in_f32 = named(labels);
    for (auto& [name, decision] : out_.layers) decision.in_f32 = out_.in_f32.contains(name);
    if (!given && options_.compute == "auto") add_others(assignment, labels);
    return std::move(out_);
  }

 private:
  const std::string& name_of_node(std::size_t i) const {
    return graph_.value(graph_.nodes[i].outputs[0]).name;
  }

  std::set<std::string> named(const std::vector<bool>& labels) const {
    std::set<std::string> names;
    for (std::size_t i = 0; i < out_.stands.size(); ++i)
      if (out_.stands[i] == Stand::free && labels[i]) names.insert(name_of_node(i));
    return names;
  }

  Status weigh_both() {
    stored_ = DLIS_TRY(weigh(graph_, options_, out_.stands, {}));
    const std::vector<bool> all(out_.stands.size(), true);
    f32_ = DLIS_TRY(weigh(graph_, options_, out_.stands, named(all)));
    return {};
  }

  void add(Assignment& assignment, int index) {
    const Node& node = graph_.nodes[std::size_t(index)];
    const std::string& name = name_of_node(std::size_t(index));
    const auto find = [&](const Weights& weights) {
      const auto it = weights.find(name);
      return it == weights.end() ? nullptr : &it->second;
    };
    const Weight *stored = find(stored_), *f32 = find(f32_);
    assignment.weigh(index, stored, f32);
    if (stored && f32)
      out_.layers[name] = {graph_.value(node.inputs[0]).type, false, false, stored->milliseconds,
                           f32->milliseconds};
    // Outputs keep their type, and with it the name of who makes them.
    const auto& outputs = graph_.outputs;
    const bool ends = std::ranges::any_of(node.outputs, [&](ValueId id) {
      return std::ranges::find(outputs, id) != outputs.end() && graph_.value(id).quant;
    });
    if (ends) return assignment.fix(index, false);
    if (const auto it = options_.choices.find(name); it != options_.choices.end())
      return assignment.fix(index, it->second.type == name_of(DType::f32));
    if (!stored || !f32) return;
    const bool asked = options_.compute != "auto";
    if (stored->fallback == f32->fallback && (!asked || stored->fallback)) return;
    assignment.fix(index, stored->fallback);
    out_.layers[name].asked = true;
  }

  void add_others(const Assignment& assignment, const std::vector<bool>& labels) {
    const double chosen = assignment.cost(labels);
    for (const bool in_f32 : {true, false}) {
      const std::vector<bool> all = assignment.all(in_f32);
      OtherTypes other{in_f32 ? "f32" : stored_name(), named(all), 0};
      if (other.in_f32 == out_.in_f32) {
        out_.name = other.name;
        continue;
      }
      other.predicted_ratio = chosen > 0 ? assignment.cost(all) / chosen : 1;
      out_.others.push_back(std::move(other));
    }
  }
  std::string stored_name() const {
    for (const auto& [name, decision] : out_.layers) return std::string(name_of(decision.stored));
    return "stored types";
  }

  const Graph& graph_;
  const PlanOptions& options_;
  Weights stored_, f32_;
  MixedTypes out_;
};

}  // namespace

MixedTypes choose_types(const Graph& graph, const PlanOptions& options) {
  return TypeChoice(graph, options).run();
}

std::string text_of(const TypeDecision& d) {
  if (d.stored_ms <= 0 || d.f32_ms <= 0) return {};
  const double own = d.in_f32 ? d.f32_ms : d.stored_ms, other = d.in_f32 ? d.stored_ms : d.f32_ms;
  const std::string_view stored = name_of(d.stored), f32 = name_of(DType::f32);
  return fmt::format("in {}: {:.3f} ms against {:.3f} ms in {}{}", d.in_f32 ? f32 : stored, own,
                     other, d.in_f32 ? stored : f32,
                     d.asked       ? ", as asked for"
                     : own > other ? " (alone; the whole plan decides)"
                                   : "");
}

}  // namespace dlis
