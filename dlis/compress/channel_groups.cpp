// From labels to columns and groups.
#include "dlis/compress/channel_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dlis/compress/channel_labels.h"
#include "dlis/model/op.h"

namespace dlis {
namespace {

// Labels become columns; what stays, and what no layer makes, becomes -1.
class Numbering {
 public:
  explicit Numbering(Labelling& labelling) : labelling_(labelling) {
    for (const ChannelAxis& axis : labelling.axes) {
      if (axis.role != ChannelRole::makes) continue;
      for (const int id : axis.columns)
        if (!labelling.is_frozen(id)) numbers_.emplace(labelling.root(id), int(numbers_.size()));
    }
  }
  int count() const { return int(numbers_.size()); }

  // False: all of it stays.
  bool apply(std::vector<int>& ids) const {
    bool any = false;
    for (int& id : ids) {
      const auto found = numbers_.find(labelling_.root(id));
      id = found == numbers_.end() ? -1 : found->second;
      any |= id >= 0;
    }
    return any;
  }

 private:
  Labelling& labelling_;
  std::map<int, int> numbers_;
};

using Structure = std::vector<ChannelShare>;

std::vector<Structure> structures_of(const Channels& channels) {
  std::vector<Structure> all(std::size_t(channels.columns));
  for (std::size_t i = 0; i < channels.axes.size(); ++i)
    for (const int column : channels.axes[i].columns) {
      if (column < 0) continue;
      Structure& structure = all[std::size_t(column)];
      if (structure.empty() || structure.back().axis != int(i)) structure.push_back({int(i), 0});
      ++structure.back().count;
    }
  return all;
}

std::string name_of(const std::vector<std::string>& layers) {
  return layers.size() < 2 ? layers.front()
                           : fmt::format("{} and {} more", layers.front(), layers.size() - 1);
}

ChannelGroup group_of(const Graph& graph, const Channels& channels, const Structure& structure) {
  ChannelGroup group;
  group.shares = structure;
  std::vector<std::string> makers;
  for (const auto& [index, count] : structure) {
    const ChannelAxis& axis = channels.axes[std::size_t(index)];
    const Node& node = graph.nodes[std::size_t(axis.node)];
    const bool makes = axis.role == ChannelRole::makes;
    const bool depthwise = axis.role == ChannelRole::follows && axis.input == 1 &&
                           std::string_view(node.op->name) == "Conv";
    if (makes && makers.empty()) group.width = count;
    if (makes) makers.push_back(layer_name(graph, node));
    if (makes || depthwise) group.layers.push_back(layer_name(graph, node));
  }
  group.name = name_of(makers);
  return group;
}

void collect_groups(const Graph& graph, Channels& channels) {
  std::map<Structure, std::size_t> known;
  const std::vector<Structure> structures = structures_of(channels);
  for (int column = 0; column < channels.columns; ++column) {
    const Structure& structure = structures[std::size_t(column)];
    const auto [at, added] = known.emplace(structure, channels.groups.size());
    if (added) channels.groups.push_back(group_of(graph, channels, structure));
    channels.groups[at->second].columns.push_back(column);
  }
}

std::string reason_of(const Graph& graph, int node) {
  if (node < 0) return "the network's outputs need them";
  const Node& cause = graph.nodes[std::size_t(node)];
  return place_of(graph, cause) + (find_rule(cause.op->name)
                                       ? " needs each of them"
                                       : " reads them, and no rule covers its operator");
}

// Layers whose channels that stay go together are one.
std::vector<StayingChannels> staying_in(Labelling& labelling) {
  const std::map<int, int> causes = labelling.causes();
  std::map<std::vector<int>, std::size_t> known;
  std::vector<StayingChannels> all;
  for (const ChannelAxis& axis : labelling.axes) {
    if (axis.role != ChannelRole::makes) continue;
    std::vector<int> bonds;
    for (const int id : axis.columns)
      if (labelling.is_frozen(id)) bonds.push_back(labelling.bond(id));
    if (bonds.empty()) continue;
    const auto [at, added] = known.emplace(bonds, all.size());
    if (added)
      all.push_back({"",
                     {},
                     std::int64_t(bonds.size()),
                     reason_of(labelling.graph, causes.at(bonds.front()))});
    all[at->second].layers.push_back(layer_name(labelling.graph, labelling.node(axis.node)));
  }
  for (StayingChannels& one : all) one.name = name_of(one.layers);
  return all;
}

}  // namespace

Channels channels_of(const Graph& graph) {
  Labelling labelling(graph);
  Channels channels;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    if (!couple(labelling, int(i)))
      channels.notes.push_back(fmt::format("channels that {} reads stay: no rule covers {}",
                                           place_of(graph, graph.nodes[i]),
                                           graph.nodes[i].op->name));
  labelling.at = -1;
  for (const ValueId output : graph.outputs) labelling.freeze(output);
  channels.staying = staying_in(labelling);
  const Numbering numbering(labelling);
  channels.columns = numbering.count();
  for (ChannelAxis& axis : labelling.axes)
    if (numbering.apply(axis.columns)) channels.axes.push_back(std::move(axis));
  for (std::size_t id = 0; id < labelling.values.size(); ++id) {
    Labels& labels = labelling.values[id];
    if (labels && numbering.apply(labels.ids))
      channels.values.push_back({ValueId(id), labels.axis, std::move(labels.ids)});
  }
  collect_groups(graph, channels);
  return channels;
}

std::vector<ChannelSlice> slices_of(const Channels& channels, int column) {
  std::vector<ChannelSlice> slices;
  for (const ChannelAxis& axis : channels.axes) {
    ChannelSlice slice{axis.weights, axis.axis, axis.role, {}};
    for (std::size_t i = 0; i < axis.columns.size(); ++i)
      if (axis.columns[i] == column) slice.indices.push_back(int(i));
    if (!slice.indices.empty()) slices.push_back(std::move(slice));
  }
  return slices;
}

}  // namespace dlis
