// Layer 2: what a compression technique is.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/model/graph.h"

namespace dlis {

// One value of an axis as text: `weight_prune:zeros=0.9`.
struct Choice {
  std::string name;
  std::map<std::string, std::string> parameters;
  friend bool operator==(const Choice&, const Choice&) = default;
  friend auto operator<=>(const Choice&, const Choice&) = default;
};
// `name` or `name:key=value:key=value`. A name has none of `: , + | = /` and no blanks, a value
// none of
// `: , + |` and no blanks. parse_choice(text_of(c)) == c. Errors quote the offending part.
std::string text_of(const Choice& choice);
Result<Choice> parse_choice(std::string_view text);

// A parameter a technique takes, for `dlis list`, checks and hints.
struct ParameterSpec {
  const char* name;
  const char* summary;    // "share of zeros, 0 to 1"
  const char* otherwise;  // default as text; null: required
};

// A row of techniques.inc.
struct Technique {
  const char* name;
  const char* summary;
  std::span<const ParameterSpec> parameters;
  Result<Graph> (*apply)(const Graph& graph, const Choice& choice);
};

std::span<const Technique* const> techniques();
const Technique* find_technique(std::string_view name);

// The name is a row and the parameters are its own; errors name the nearest ones. Values are judged
// by `apply`.
Status check_choice(const Choice& choice);
std::string parameter_of(const Technique& row, const Choice& choice, std::string_view name);

// Applies a chain in order; each choice is checked before the first is applied.
Result<Graph> compress(const Graph& graph, std::span<const Choice> chain);

// A weight of a Conv, Gemm or MatMul; biases are none.
struct Weight {
  ValueId value = kNoValue;
  bool first = false;      // no other such layer lies before it: it reads the network's inputs
  bool depthwise = false;  // a convolution with one input channel a group
};
std::vector<Weight> weights_of(const Graph& graph);  // each once, in the order of their layers
double density_of(const Graph& graph);  // share of non-zeros in weights_of; 1: has none

}  // namespace dlis
