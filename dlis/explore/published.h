// Published times of a board, beside what the simulator makes of some of them.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/base/result.h"
#include "dlis/hardware/topology.h"

namespace dlis {

// A time of a network that others published, in seconds.
struct PublishedTime {
  std::string model;
  int threads = 1;
  double seconds = 0;
  bool fitted = false;     // it decides the parameters; else it is predicted
  double simulated_s = 0;  // once reproduced
  double error() const { return simulated_s / seconds - 1; }
};

// What the times with `fitted` decide. The published code divides the output channels of each
// convolution among threads and does all else on one, so a network has a time per multiply-add on
// the fastest cores and seconds that are serial: its times on one and two threads give both. How
// fast the other kind of cores is, relative to the fastest, is one number for the board: the one
// that comes nearest to the fitted time on all cores.
struct PublishedFit {
  std::string model;
  double ns_per_mac = 0, serial_s = 0;
};
// Published times of one board, and how they were fitted.
struct Published {
  std::string source, schedule, tiles;
  std::vector<PublishedTime> times;
  std::vector<PublishedFit> fits;
  double other_kind = 0;  // its speed relative to the fastest
};

// published.json in a board's folder. Errors: no such file, or not of this form.
Result<Published> read_published(const std::filesystem::path& board);

// Fits, then simulates every time with the schedule's own `take`. Errors: an unknown model; a board
// that has not two kinds of cores; fitted times that do not decide the parameters.
Status reproduce(Published& published, const Topology& board);

}  // namespace dlis
