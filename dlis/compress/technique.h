// Layer 2: what a compression technique is.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "dlis/model/graph.h"

namespace dlis {

// One value of an axis as text: `weight_prune:zeros=0.9`.
struct Choice {
  std::string name;
  std::map<std::string, std::string> parameters;
  friend bool operator==(const Choice&, const Choice&) = default;
  friend auto operator<=>(const Choice&, const Choice&) = default;
};
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

// Applies a chain in order. Unknown names and parameters are errors with the nearest ones.
Result<Graph> compress(const Graph& graph, std::span<const Choice> chain);
double density_of(const Graph& graph);  // share of non-zero weights in Conv, Gemm and MatMul

}  // namespace dlis
