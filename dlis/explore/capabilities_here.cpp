// One way to find out for each line of capabilities.inc.
#include "dlis/explore/capabilities_here.h"

#include "dlis/base/process.h"
#include "dlis/compress/train/training.h"
#include "dlis/compute/row.h"
#include "dlis/explore/target/program.h"
#include "dlis/explore/target/target_row.h"
#include "dlis/hardware/device.h"
#include "dlis/hardware/energy.h"

namespace dlis {
namespace {

bool reaches(std::string_view target) {
  for (const TargetRow* row : target_rows())
    if (row->name == target) return bool(check_needs(*row));
  return false;
}

bool has_training() { return can_train(); }
bool has_opencl() { return find_device("opencl"); }
bool has_opencl_device() { return has_opencl() && find_device("opencl")->available(); }
bool has_onednn() { return find_conv_row("onednn"); }
bool has_ssh() { return reaches("ssh"); }
bool has_adb() { return reaches("adb"); }
bool has_arm64() { return bool(program_for("aarch64")); }
bool has_armhf() { return bool(program_for("armv7l")); }
bool has_slurm() { return is_on_path("sbatch") && is_on_path("squeue"); }
bool has_energy() { return EnergyMeter().is_there(); }

}  // namespace

std::vector<CapabilityHere> capabilities_here() {
  std::vector<CapabilityHere> all;
#define DLIS_CAPABILITY(name, ...) all.push_back({&name##_capability, has_##name()});
#include "dlis/base/capabilities.inc"
#undef DLIS_CAPABILITY
  if (!has_opencl())
    std::erase_if(all, [](const auto& one) { return one.capability == &opencl_device_capability; });
  return all;
}

}  // namespace dlis
