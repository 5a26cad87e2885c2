// Reads powercap and hwmon of sysfs.
#include "dlis/hardware/energy.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "dlis/base/clock.h"
#include "dlis/hardware/sysfs.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

constexpr auto kBetweenSamples = std::chrono::milliseconds(5);

// Microjoules that only grow, and begin again at `range`.
struct Counter {
  fs::path file;
  double range = 0, last = 0;
};
// Microwatts, or millivolts and milliamperes.
struct Sensor {
  fs::path watts, volts, amperes;
  bool is_whole = false;  // it sees what the board takes in

  std::optional<double> milliwatts() const {
    if (!watts.empty()) {
      const auto micro = sysfs::integer(watts);
      return micro ? std::optional(double(*micro) / 1e3) : std::nullopt;
    }
    const auto v = sysfs::integer(volts), a = sysfs::integer(amperes);
    return v && a ? std::optional(double(*v) * double(*a) / 1e3) : std::nullopt;
  }
};

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    found.push_back(it->path());
  std::ranges::sort(found);
  return found;
}

// Packages hold cores and caches; memory counts apart. `intel-rapl-mmio` is the same packages
// again.
std::vector<Counter> counters_in(const fs::path& root) {
  std::vector<Counter> found;
  for (const fs::path& zone : folders_in(root / "sys/class/powercap")) {
    if (!zone.filename().string().starts_with("intel-rapl:")) continue;
    const std::string name = sysfs::text(zone / "name");
    if (!name.starts_with("package") && name != "dram") continue;
    if (!sysfs::integer(zone / "energy_uj")) continue;
    const auto range = sysfs::integer(zone / "max_energy_range_uj");
    found.push_back({zone / "energy_uj", double(range.value_or(0)), 0});
  }
  return found;
}

// One sensor has up to three channels (INA3221's curr4 is the sum of its currents); where labels
// tell the board's supply (Jetson's VDD_IN), the others are parts of it.
std::vector<Sensor> sensors_in(const fs::path& root) {
  std::vector<Sensor> found;
  for (const fs::path& chip : folders_in(root / "sys/class/hwmon")) {
    if (!sysfs::text(chip / "name").starts_with("ina")) continue;
    for (int channel = 1; channel <= 3; ++channel) {
      const auto file = [&](const char* kind, const char* what) {
        return chip / (kind + std::to_string(channel) + what);
      };
      Sensor sensor;
      sensor.is_whole = sysfs::text(file("in", "_label")).ends_with("_IN");
      if (sysfs::integer(file("power", "_input")))
        sensor.watts = file("power", "_input");
      else if (sysfs::integer(file("in", "_input")) && sysfs::integer(file("curr", "_input")))
        sensor.volts = file("in", "_input"), sensor.amperes = file("curr", "_input");
      else
        continue;
      found.push_back(sensor);
    }
  }
  const auto whole = [](const Sensor& sensor) { return sensor.is_whole; };
  if (std::ranges::any_of(found, whole))
    std::erase_if(found, [&](const Sensor& sensor) { return !whole(sensor); });
  return found;
}

}  // namespace

struct EnergyMeter::State {
  std::vector<Counter> counters;
  std::vector<Sensor> sensors;
  double millijoules = 0;
  bool complete = false;  // no read failed
  std::atomic<bool> stopping{false};
  std::thread sampler;

  ~State() { join(); }
  void join() {
    stopping = true;
    if (sampler.joinable()) sampler.join();
  }

  void read_counters(bool add) {
    for (Counter& counter : counters) {
      const auto now = sysfs::integer(counter.file);
      complete = complete && now;
      if (!now) continue;
      double step = double(*now) - counter.last;
      if (step < 0) step += counter.range;
      complete = complete && step >= 0;
      if (add) millijoules += step / 1e3;
      counter.last = double(*now);
    }
  }

  double milliwatts() {
    double sum = 0;
    for (const Sensor& sensor : sensors) {
      const auto now = sensor.milliwatts();
      complete = complete && now;
      sum += now.value_or(0);
    }
    return sum;
  }

  // Trapezoids between samples.
  void sample() {
    double last_mw = milliwatts(), last = now_ms();
    do {
      if (!stopping) std::this_thread::sleep_for(kBetweenSamples);
      const double mw = milliwatts(), now = now_ms();
      millijoules += (last_mw + mw) / 2 * (now - last) / 1e3;
      last_mw = mw, last = now;
    } while (!stopping);
  }
};

EnergyMeter::EnergyMeter(const fs::path& root) : state_(std::make_unique<State>()) {
  state_->counters = counters_in(root);
  if (state_->counters.empty()) state_->sensors = sensors_in(root);
}
EnergyMeter::EnergyMeter(EnergyMeter&&) noexcept = default;
EnergyMeter::~EnergyMeter() = default;

bool EnergyMeter::is_there() const { return !state_->counters.empty() || !state_->sensors.empty(); }

void EnergyMeter::start() {
  state_->join();
  state_->millijoules = 0;
  state_->complete = is_there();
  state_->stopping = false;
  state_->read_counters(false);
  if (!state_->sensors.empty()) state_->sampler = std::thread([this] { state_->sample(); });
}

std::optional<double> EnergyMeter::stop() {
  state_->join();
  state_->read_counters(true);
  return state_->complete ? std::optional(state_->millijoules) : std::nullopt;
}

}  // namespace dlis
