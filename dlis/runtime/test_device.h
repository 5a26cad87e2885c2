// What tests of an OpenCL device have in common.
#pragma once
#include <gtest/gtest.h>

#include "dlis/hardware/device.h"
#include "dlis/hardware/device_faults.h"

namespace dlis {

// Skipped without a device. The parameter: as if it had memory of its own. Faults end with a test.
class WithDevice : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    const Device* device = find_device("opencl");
    if (!device || !device->available()) GTEST_SKIP() << "there is no OpenCL device";
    device_faults().apart = GetParam();
  }
  void TearDown() override {
    device_faults().apart = false;
    device_faults().f16 = F16Fault::none;
    for (auto* fault : {&device_faults().allocate, &device_faults().build, &device_faults().enqueue,
                        &device_faults().transfer})
      *fault = -1;
  }
};

}  // namespace dlis
