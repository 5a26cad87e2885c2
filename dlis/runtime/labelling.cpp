// Labels by the side of a minimum cut: source false, sink true.
#include "dlis/runtime/labelling.h"

#include <algorithm>
#include <queue>

namespace dlis {
namespace {

constexpr int kSource = 0, kSink = 1;

// Maximum flow along shortest paths that have room (Edmonds and Karp, 1972): networks of a few
// hundred layers are done in milliseconds.
class Cut {
 public:
  explicit Cut(int nodes) : leaving_(std::size_t(nodes)) {}

  int add_node() {
    leaving_.emplace_back();
    return int(leaving_.size()) - 1;
  }
  // Cut, at `capacity`, where `from` is on the source's side and `to` is not.
  void add_edge(int from, int to, double capacity) {
    add_arc(from, to, capacity);
    add_arc(to, from, 0);
  }
  // By node: whether it is on the sink's side.
  std::vector<bool> solve() {
    while (find_path()) push();
    std::vector<bool> out;
    for (const int arc : reached_by_) out.push_back(arc == kNone);
    return out;
  }

 private:
  struct Arc {  // arcs 2i and 2i + 1 are each other's reverse
    int from, to;
    double room;
  };
  static constexpr int kNone = -1, kStart = -2;

  void add_arc(int from, int to, double room) {
    leaving_[std::size_t(from)].push_back(int(arcs_.size()));
    arcs_.push_back({from, to, room});
  }

  // Breadth first; the arc by which each node is reached. Whether the sink is.
  bool find_path() {
    reached_by_.assign(leaving_.size(), kNone);
    reached_by_[kSource] = kStart;
    std::queue<int> next({kSource});
    for (; !next.empty() && reached_by_[kSink] == kNone; next.pop())
      for (const int arc : leaving_[std::size_t(next.front())]) {
        const auto [from, to, room] = arcs_[std::size_t(arc)];
        if (room <= 0 || reached_by_[std::size_t(to)] != kNone) continue;
        reached_by_[std::size_t(to)] = arc;
        next.push(to);
      }
    return reached_by_[kSink] != kNone;
  }

  // As much as the path to the sink has room for; one of its arcs is full afterwards.
  void push() {
    const auto along_path = [&](auto&& visit) {
      for (int node = kSink; node != kSource;) {
        const int arc = reached_by_[std::size_t(node)];
        visit(arcs_[std::size_t(arc)], arcs_[std::size_t(arc ^ 1)]);
        node = arcs_[std::size_t(arc)].from;
      }
    };
    double flow = arcs_[std::size_t(reached_by_[kSink])].room;
    along_path([&](Arc& arc, Arc&) { flow = std::min(flow, arc.room); });
    along_path([&](Arc& arc, Arc& reverse) { arc.room -= flow, reverse.room += flow; });
  }

  std::vector<Arc> arcs_;
  std::vector<std::vector<int>> leaving_;  // arcs by node
  std::vector<int> reached_by_;
};

}  // namespace

double cost_of(const Labelling& problem, const std::vector<bool>& labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) sum += problem.costs[i][labels[i]];
  for (const Penalty& p : problem.penalties)
    if (labels[std::size_t(p.node)] == p.label &&
        std::ranges::any_of(p.others, [&](int i) { return labels[std::size_t(i)] != p.label; }))
      sum += p.cost;
  return sum;
}

// A penalty is a node of its own: with `label` false it is dragged to the sink by any of the others
// there, and then `node` pays for being at the source; with true it is the other way round.
std::vector<bool> cheapest_labels(const Labelling& problem) {
  constexpr int kFirst = 2;
  const int count = int(problem.costs.size());
  Cut cut(kFirst + count);
  for (int i = 0; i < count; ++i) {
    cut.add_edge(kFirst + i, kSink, problem.costs[std::size_t(i)][false]);
    cut.add_edge(kSource, kFirst + i, problem.costs[std::size_t(i)][true]);
  }
  for (const Penalty& p : problem.penalties) {
    const int dragged = cut.add_node(), node = kFirst + p.node;
    p.label ? cut.add_edge(dragged, node, p.cost) : cut.add_edge(node, dragged, p.cost);
    for (const int other : p.others)
      p.label ? cut.add_edge(kFirst + other, dragged, kNever)
              : cut.add_edge(dragged, kFirst + other, kNever);
  }
  const std::vector<bool> sides = cut.solve();
  return {sides.begin() + kFirst, sides.begin() + kFirst + count};
}

}  // namespace dlis
