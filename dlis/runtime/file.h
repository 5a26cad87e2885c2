// `.dlis` files: a network as a device loads it, without parsing and without a copy of its weights.
//
// Weights are canonical, or a plan's panels as its rows packed them for one instruction set, so
// that a session reads them straight from the mapped file: they are in memory once, however many
// processes run. What is read is verified first: the structure by its hash, FlatBuffers' verifier
// and our own checks of every id, shape, size and place.
#pragma once
#include "dlis/base/mapping.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// Whether MODEL names such a file.
bool is_dlis_file(const std::filesystem::path& file);

// Weights as the graph has them. Errors: those of writing; a graph that came from a packed file.
Status save_dlis(const Graph& graph, const std::filesystem::path& file);

// The plan's graph after its passes, its choices, and its weights: of rows that are `portable` as
// they were packed, of others as the graph has them. `plan` was made with keep_weights. `made_from`
// is handed to who reads it (PackedLayers).
Status save_dlis(const Plan& plan, const std::filesystem::path& file,
                 const std::string& made_from = {});

// How much of a file is looked at before it is used.
struct ReadOptions {
  bool check_data = false;  // the hash of the weights as well, which reads all of them
};

// Errors: those of map_file; no file of ours, cut off, damaged, of a newer version; whatever does
// not fit together.
Result<Graph> load_dlis(const std::filesystem::path& file, const ReadOptions& options = {});
// `where` names it in errors. The bytes begin at a multiple of 64.
Result<Graph> parse_dlis(const Mapping& file, const std::string& where,
                         const ReadOptions& options = {});

}  // namespace dlis
