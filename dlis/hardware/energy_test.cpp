// Tests of energy counters on folders that play sysfs.
#include "dlis/hardware/energy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "dlis/base/clock.h"
#include "dlis/base/test_folder.h"

namespace dlis {
namespace {

class Energy : public testing::Test {
 protected:
  void rapl(const std::string& zone, const std::string& name, const std::string& microjoules) {
    const std::string folder = "sys/class/powercap/" + zone + "/";
    root_.put(folder + "name", name + "\n");
    root_.put(folder + "energy_uj", microjoules + "\n");
    root_.put(folder + "max_energy_range_uj", "1000000\n");
  }
  void hwmon(const std::string& chip, const std::string& file, const std::string& text) {
    root_.put("sys/class/hwmon/" + chip + "/" + file, text + "\n");
  }
  // What a meter reads while `change` happens.
  template <class Change>
  std::optional<double> between(Change change) {
    EnergyMeter meter(root_.path);
    meter.start();
    change();
    return meter.stop();
  }

  TestFolder root_{"energy"};
};

TEST_F(Energy, NoCounterIsNone) {
  EXPECT_FALSE(EnergyMeter(root_.path).is_there());
  EXPECT_EQ(between([] {}), std::nullopt);
  hwmon("hwmon0", "name", "coretemp");
  hwmon("hwmon0", "power1_input", "1000");
  rapl("intel-rapl:0", "package-0", "garbage");
  EXPECT_EQ(between([] {}), std::nullopt);
}

TEST_F(Energy, PackagesAndMemoryAddUp) {
  rapl("intel-rapl:0", "package-0", "1000");
  rapl("intel-rapl:1", "package-1", "999000");
  rapl("intel-rapl:0:0", "core", "5");
  rapl("intel-rapl:0:1", "dram", "50");
  rapl("intel-rapl:2", "psys", "7");
  rapl("intel-rapl-mmio:0", "package-0", "1000");
  const auto spent = between([&] {
    rapl("intel-rapl:0", "package-0", "3000");  // 2 mJ
    rapl("intel-rapl:1", "package-1", "4000");  // begins again: 5 mJ
    rapl("intel-rapl:0:0", "core", "2005");
    rapl("intel-rapl:0:1", "dram", "550");  // 0.5 mJ
    rapl("intel-rapl:2", "psys", "90007");
    rapl("intel-rapl-mmio:0", "package-0", "3000");
  });
  ASSERT_TRUE(spent);
  EXPECT_DOUBLE_EQ(*spent, 7.5);
}

TEST_F(Energy, CounterThatGoesAwayIsNone) {
  rapl("intel-rapl:0", "package-0", "1000");
  EXPECT_EQ(between([&] { std::filesystem::remove_all(root_.path / "sys"); }), std::nullopt);
}

TEST_F(Energy, SensorsGivePowerOverTime) {
  hwmon("hwmon0", "name", "ina226");
  hwmon("hwmon0", "power1_input", "2000000");  // 2 W
  hwmon("hwmon1", "name", "ina3221");
  hwmon("hwmon1", "in1_input", "5000");
  hwmon("hwmon1", "curr1_input", "200");  // 1 W
  const double start = now_ms();
  double inside = 0;
  const auto spent = between([&] {
    const double begin = now_ms();
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    inside = now_ms() - begin;
  });
  const double outside = now_ms() - start;
  ASSERT_TRUE(spent);
  EXPECT_LE(*spent, 3 * outside);  // 3 mW a millisecond are 3 W
  EXPECT_GE(*spent, 3 * (inside - 40));
}

TEST_F(Energy, SupplyOfTheBoardHoldsItsParts) {
  hwmon("hwmon0", "name", "ina3221");
  for (const auto& [channel, label] : {std::pair{"1", "VDD_IN"}, {"2", "VDD_CPU_GPU_CV"}}) {
    hwmon("hwmon0", std::string("in") + channel + "_label", label);
    hwmon("hwmon0", std::string("in") + channel + "_input", "1000");
    hwmon("hwmon0", std::string("curr") + channel + "_input", "1000");  // 1 W
  }
  const double start = now_ms();
  const auto spent = between([] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); });
  ASSERT_TRUE(spent);
  EXPECT_LE(*spent, now_ms() - start);
  EXPECT_GT(*spent, 0);
}

}  // namespace
}  // namespace dlis
