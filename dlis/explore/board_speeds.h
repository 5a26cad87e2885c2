// How fast the cores and the memory of a recorded board are: speeds.json in its folder.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/compute/parallel/simulate.h"
#include "dlis/hardware/topology.h"

namespace dlis {

// Of all cores of a kind that the board's topology names.
struct KindSpeed {
  std::string kind;
  double gflops = 0;   // 10^9 f32 operations a second of one core
  std::string source;  // where the figure is from
};
// A recorded board, with the speeds that its files state.
struct Board {
  Topology topology;
  std::vector<KindSpeed> kinds;  // as the topology has them, fastest first
  double gbytes_per_s = 0;       // of the memory, for all cores together
  std::string memory_source;
};

// Errors: the folder holds no board; no speeds.json, one that is no such file, or one that leaves a
// kind, a figure or a source out.
Result<Board> read_board(const std::filesystem::path& folder);

// The first `workers` cores, fastest kinds first, in operations a second.
SimulatedCores cores_of(const Board& board, int workers);

}  // namespace dlis
