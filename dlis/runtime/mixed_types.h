// Which layers of a quantised network compute in f32 because the whole is faster so.
#pragma once
#include <map>

#include "dlis/runtime/quantised.h"

namespace dlis {

// What a layer with weights was given, and its fastest rows' times in both types; 0: not weighed.
struct TypeDecision {
  DType stored = DType::f32;  // what it reads as the network has it
  bool in_f32 = false;
  bool asked = false;  // a named row, format or device takes only this type, or is to have it
  double stored_ms = 0, f32_ms = 0;
};

// Another assignment of types, for plans that compare.
struct OtherTypes {
  std::string name;  // "f32", "bf16" or "f16": wherever there is a choice
  std::set<std::string> in_f32;
  double predicted_ratio = 0;  // its time over that of the chosen types
};

struct MixedTypes {
  std::vector<Stand> stands;                   // by node
  std::set<std::string> in_f32;                // as `settle_types` takes it
  std::map<std::string, TypeDecision> layers;  // those that had a choice, by their first output
  std::string name = "mixed types";            // or the one that all have
  std::vector<OtherTypes> others;              // where types were weighed and these are not chosen
};

// Each node that could be computed on what is stored costs its time in either type (a layer with
// weights: that of its fastest row, measured or estimated as the options say; others: their bytes
// at the memory rate) and each value whose maker and readers differ costs a conversion. The
// cheapest assignment is taken. A row that is named gets the types that it accepts, stored ones
// first; the choices of an earlier plan keep theirs; what cannot be weighed stays as it is stored.
// `graph` is prepared, the options' device is settled.
MixedTypes choose_types(const Graph& graph, const PlanOptions& options);

// "in f32: 1.234 ms against 2.345 ms in bf16", each alone; empty where nothing was weighed.
std::string text_of(const TypeDecision& decision);

}  // namespace dlis
