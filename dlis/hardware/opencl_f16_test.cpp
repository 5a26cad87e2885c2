// A device that converts f16 right is trusted with it, one that does not is found out.
#include "dlis/hardware/opencl_f16.h"

#include <gmock/gmock.h>

#include "dlis/hardware/device.h"
#include "dlis/hardware/device_faults.h"

namespace dlis {
namespace {

using testing::HasSubstr;

class OpenClF16 : public testing::Test {
 protected:
  void SetUp() override {
    if (const Verdict device = find_device("opencl")->available(); !device)
      GTEST_SKIP() << device.reason;
  }
  void TearDown() override { device_faults().f16 = F16Fault::none; }
};

TEST_F(OpenClF16, ALieIsFoundAndSaid) {
  device_faults().f16 = F16Fault::reads;
  EXPECT_EQ(opencl_f16().reason, "the device reads the f16 0x0001 as 0 in place of 5.9604645e-08");
  EXPECT_THAT(find_device("opencl")->describe(), HasSubstr("no f16 weights: the device reads"));
  device_faults().f16 = F16Fault::rounds;
  EXPECT_THAT(opencl_f16().reason, HasSubstr("to the f16 0x0000 in place of 0x0001"));
}

// PoCL converts right; of another driver this says what it gets wrong.
TEST_F(OpenClF16, TheDeviceAtHandIsTried) {
  EXPECT_EQ(opencl_f16().reason, "");
  EXPECT_THAT(find_device("opencl")->describe(), HasSubstr(", f16 weights"));
}

}  // namespace
}  // namespace dlis
