// Weights that a model file holds as the rows of a plan packed them, by layer.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>

namespace dlis {

// What a plan gave one layer, as text, and its weights in that row's own form.
struct PackedLayer {
  std::string row, format, schedule, type;
  int workers = 0, cut = 0;          // as in LayerChoice of runtime/plan.h
  std::string problem;               // its line without workers: a row packs for one problem
  double density = 1;                // share of the weights that the format stores
  std::span<const std::byte> bytes;  // empty: the graph has the weights, which are packed anew
};

// Panels are laid out for one instruction set.
struct PackedLayers {
  std::string isa;
  std::string made_from;  // what a file beside another was packed from; empty for others
  std::map<std::string, PackedLayer> layers;  // by the layer's first output
  std::shared_ptr<const void> keeper;         // of all bytes
};

}  // namespace dlis
