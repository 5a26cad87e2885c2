// Labels on channels while their couplings are found.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "dlis/compress/channel_groups.h"

namespace dlis {

// A value has at most one axis whose slices can go, with a label for each slice; equal labels go
// together. axis -1: all of it stays.
struct Labels {
  int axis = -1;
  std::vector<int> ids;
  explicit operator bool() const { return axis >= 0; }
};

// Sets of numbers (union-find with path halving); the least of a set stands for it.
class DisjointSets {
 public:
  void add(std::size_t count);
  int size() const { return int(parents_.size()); }
  int root(int id);
  void unite(int a, int b);

 private:
  std::vector<int> parents_;
};

// Sets of labels that go together, and where they are.
class Labelling {
 public:
  explicit Labelling(const Graph& of);

  std::vector<int> fresh(std::int64_t count);
  int root(int id) { return together_.root(id); }
  void unite(int a, int b);
  void unite(const std::vector<int>& a, const std::vector<int>& b);
  void freeze(const std::vector<int>& ids);  // they stay
  void freeze(ValueId id);
  bool is_frozen(int id) { return root(id) == 0; }
  // What stays, apart again: labels with one bond go together, and by bond the node that was `at`
  // when the first of them was frozen.
  int bond(int id) { return apart_.root(id); }
  std::map<int, int> causes();

  const Node& node(int index) const { return graph.nodes[std::size_t(index)]; }
  const Labels& of(ValueId id) const {
    static const Labels none;
    return id == kNoValue ? none : values[std::size_t(id)];
  }
  const Shape& shape(ValueId id) const { return *graph.value(id).shape; }
  void set(ValueId id, int axis, std::vector<int> ids);
  // The constant at an input is cut along with these labels; anything but a constant of that
  // extent: they stay.
  void cut(int node, int input, int axis, ChannelRole role, const std::vector<int>& ids);

  const Graph& graph;
  std::vector<Labels> values;
  std::vector<ChannelAxis> axes;  // `columns` holds labels
  int at = -1;                    // the node that is being coupled; -1: the network's outputs

 private:
  DisjointSets together_, apart_;  // label 0 stands for all that stays, in the first alone
  std::vector<std::pair<int, int>> causes_;  // a frozen label, and `at` of that moment
};

// Couples what node `index` reads and makes. False: no rule covers the operator.
bool couple(Labelling& labelling, int index);

// Rules by operator; each gives the outputs their labels.
using ChannelRule = void (*)(Labelling& labelling, int index);
ChannelRule find_rule(std::string_view op);           // null: none covers it
ChannelRule find_layer_rule(std::string_view op);     // with weights
ChannelRule find_movement_rule(std::string_view op);  // without

// All inputs of the node stay as they are.
void freeze_inputs(Labelling& labelling, int index);
// Operators on elements with broadcasting: constants are cut, values with different labels united.
void couple_elements(Labelling& labelling, int index);

// Every output that looks like the input along the labelled axis has its labels there.
void pass_channels_on(Labelling& labelling, int index);
// Concat, Split, Slice, Pad.
void couple_concat(Labelling& labelling, int index);
void couple_split(Labelling& labelling, int index);
void couple_slice(Labelling& labelling, int index);
void couple_pad(Labelling& labelling, int index);

// The labels of a value with shape `from` after its elements are seen in the shape `to`.
Labels reshaped(Labelling& labelling, const Labels& labels, const Shape& from, const Shape& to);

}  // namespace dlis
