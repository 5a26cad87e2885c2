// The cheapest way to give each of many nodes one of two labels, where differing neighbours cost.
#pragma once
#include <array>
#include <vector>

namespace dlis {

// Paid once where `node` has `label` and at least one of `others` has the other one.
struct Penalty {
  int node = 0;
  bool label = false;
  std::vector<int> others;
  double cost = 0;
};

struct Labelling {
  std::vector<std::array<double, 2>> costs;  // by node and label: what having it costs
  std::vector<Penalty> penalties;
};
inline constexpr double kNever = 1e9;  // the cost of a label that a node must not have

double cost_of(const Labelling& problem, const std::vector<bool>& labels);

// The labels of least cost; `true` where both are as good. A minimum cut (Greig, Porteous and
// Seheult, 1989): it is exact since only differences are penalised.
std::vector<bool> cheapest_labels(const Labelling& problem);

}  // namespace dlis
