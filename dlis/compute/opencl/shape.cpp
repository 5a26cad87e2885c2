#include "dlis/compute/opencl/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "dlis/base/cache_folder.h"
#include "dlis/base/clock.h"
#include "dlis/base/text.h"
#include "dlis/hardware/opencl.h"

namespace dlis {
namespace {

constexpr std::int64_t kLeastMacs = 10'000'000;  // below that a choice gains less than it costs
constexpr int kRuns = 6;

template <class T>
T number(cl_device_info what) {
  T value = 0;
  if (const auto cl = opencl()) clGetDeviceInfo((*cl)->device, what, sizeof value, &value, nullptr);
  return value;
}

// `key <tab> way` lines, appended; damaged lines are as good as none.
class Known {
 public:
  Known() {
    if (const auto folder = cache_folder(); !folder.empty()) file_ = folder / "opencl_ways.tsv";
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) {
      if (in.eof()) break;  // without its end: somebody is writing it, or was killed
      const auto tab = line.rfind('\t');
      if (tab == std::string::npos) continue;
      if (const auto way = parse_integer(std::string_view(line).substr(tab + 1)); way && *way >= 0)
        ways_[line.substr(0, tab)] = std::size_t(*way);
    }
  }
  const std::size_t* find(const std::string& key) const {
    const auto it = ways_.find(key);
    return it == ways_.end() ? nullptr : &it->second;
  }
  void put(const std::string& key, std::size_t way) {
    ways_[key] = way;
    if (file_.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(file_.parent_path(), ignored);
    std::ofstream(file_, std::ios::app) << fmt::format("{}\t{}\n", key, way) << std::flush;
  }
  std::mutex mutex;

 private:
  std::filesystem::path file_;
  std::map<std::string, std::size_t> ways_;
};

std::string key_of(const std::string& row, const ConvProblem& problem, std::size_t ways) {
  ConvProblem p = problem;
  p.label.clear();
  p.workers = 1;
  const auto cl = opencl();
  return fmt::format("{} {} of {} {}", line(p), row, ways, cl ? opencl_identity(**cl) : "");
}

Result<double> time_of(const DeviceCall& call, std::size_t way,
                       const std::function<Status(std::size_t)>& enqueue) {
  const double start = now_ms();
  DLIS_TRY(enqueue(way));
  DLIS_TRY(opencl_status("clFinish", clFinish(call.queue.queue.get())));
  return now_ms() - start;
}

// By the least of a few runs in turns, after one that is not counted.
Result<std::size_t> measured(const DeviceCall& call, std::size_t ways,
                             const std::function<Status(std::size_t)>& enqueue) {
  std::vector<double> least(ways, std::numeric_limits<double>::infinity());
  for (int run = 0; run <= kRuns; ++run)
    for (std::size_t way = 0; way < ways; ++way) {
      const double ms = DLIS_TRY(time_of(call, way, enqueue));
      if (run > 0) least[way] = std::min(least[way], ms);
    }
  return std::size_t(std::ranges::min_element(least) - least.begin());
}

bool overlap(const DeviceCall& call) {
  return std::ranges::any_of(call.inputs, [&](const DeviceView& view) {
    return view.memory == call.outputs[0].memory && view.offset == call.outputs[0].offset;
  });
}

}  // namespace

const OpenClShape& opencl_shape() {
  static const OpenClShape shape{
      .gpu = opencl() && !(number<cl_device_type>(CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU),
      .local_bytes = std::size_t(number<cl_ulong>(CL_DEVICE_LOCAL_MEM_SIZE))};
  return shape;
}

Result<std::size_t> fastest_way(const std::string& row, const ConvProblem& problem,
                                const DeviceCall& call, std::size_t ways,
                                const std::function<Status(std::size_t)>& enqueue) {
  static Known& known = *new Known;
  if (ways == 1 || problem.macs() < kLeastMacs) return std::size_t(0);
  const std::lock_guard lock(known.mutex);
  const std::string key = key_of(row, problem, ways);
  if (const std::size_t* way = known.find(key)) return std::min(*way, ways - 1);
  if (overlap(call)) return std::size_t(0);  // a second run would add the residual again
  DLIS_TRY(opencl_status("clFinish", clFinish(call.queue.queue.get())));
  const std::size_t best = DLIS_TRY(measured(call, ways, enqueue));
  known.put(key, best);
  return best;
}

}  // namespace dlis
