// Energy that the machine counts: RAPL of processors, INA sensors of boards.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>

namespace dlis {

// What is counted is the whole of the processors (and their memory, where it has a counter) or of
// the board, whoever used it. Where both are there the processors' count is taken: it is exact.
class EnergyMeter {
 public:
  // `root` is "/" or a folder with a sys/ of its own. RAPL: Linux, Documentation/power/powercap;
  // sensors: Documentation/hwmon/ina2xx and ina3221.
  explicit EnergyMeter(const std::filesystem::path& root = "/");
  EnergyMeter(EnergyMeter&&) noexcept;
  ~EnergyMeter();

  bool is_there() const;  // a counter that this process may read
  void start();           // sensors tell power: a thread adds it up until `stop`
  // Millijoules since `start`, at most a minute ago (a counter of a busy server begins again after
  // two); none where nothing counts.
  std::optional<double> stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dlis
