// Kernels are built once, kept on disk, and say what is wrong where they cannot be had.
#include "dlis/compute/opencl/kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "dlis/base/file.h"
#include "dlis/compute/conv/conv_judge.h"
#include "dlis/compute/opencl/sources.h"
#include "dlis/hardware/device_faults.h"

namespace dlis {
namespace {

using testing::HasSubstr;

class OpenClKernel : public testing::Test {
 protected:
  void SetUp() override {
    if (const Verdict device = find_device("opencl")->available(); !device)
      GTEST_SKIP() << device.reason;
  }
  void TearDown() override {
    for (auto* fault : {&device_faults().allocate, &device_faults().build, &device_faults().enqueue,
                        &device_faults().transfer})
      *fault = -1;
  }
};

TEST_F(OpenClKernel, IncludesAreReplaced) {
  EXPECT_THAT(opencl_source("direct.cl"), HasSubstr("store_ends("));
  EXPECT_THAT(opencl_source("direct.cl"), testing::Not(HasSubstr("#include")));
  EXPECT_EQ(opencl_source("nothing.cl"), "");
}

TEST_F(OpenClKernel, ABuildThatFailsSaysWhereAndWhy) {
  const auto kernel = opencl_kernel("direct.cl", "direct", "-D x=)");
  ASSERT_FALSE(kernel);
  EXPECT_THAT(kernel.error().message(), HasSubstr("clBuildProgram"));
  EXPECT_THAT(kernel.error().message(), HasSubstr("direct.cl"));
  EXPECT_FALSE(opencl_kernel("direct.cl", "no_such_kernel"));
}

TEST_F(OpenClKernel, ARowWhoseKernelDoesNotBuildRefuses) {
  device_faults().build = 0;
  const Verdict verdict =
      find_conv_row("opencl_direct")->accepts(*parse_conv_problem("n1h8w8c8 k8r3s3"));
  EXPECT_THAT(verdict.reason, HasSubstr("does not build"));
}

TEST_F(OpenClKernel, AKeptProgramIsTakenAndABrokenOneBuiltAnew) {
  const auto folder = std::filesystem::temp_directory_path() / "dlis_opencl_kernel_test";
  std::filesystem::remove_all(folder);
  const char* before = std::getenv("XDG_CACHE_HOME");
  const std::string other = before ? before : "";
  setenv("XDG_CACHE_HOME", folder.c_str(), 1);
  const auto kept = [&] {
    forget_opencl_kernels();
    EXPECT_TRUE(opencl_kernel("direct.cl", "direct", "-D KEPT"));
    std::error_code none;
    const std::filesystem::directory_iterator files(folder / "dlis" / "opencl", none);
    return files == end(files) ? std::filesystem::path() : files->path();
  };
  const auto file = kept();
  ASSERT_FALSE(file.empty());
  const auto written = std::filesystem::last_write_time(file);
  EXPECT_EQ(std::filesystem::last_write_time(kept()), written);  // taken, not written again
  ASSERT_TRUE(write_file_atomic(file, std::string_view("no program")));
  EXPECT_GT(std::filesystem::file_size(kept()), 10u);
  if (before)
    setenv("XDG_CACHE_HOME", other.c_str(), 1);
  else
    unsetenv("XDG_CACHE_HOME");
  std::filesystem::remove_all(folder);
}

// Every call of the driver may fail; whoever asked hears of it.
TEST_F(OpenClKernel, FaultsComeBackAsErrors) {
  const ConvRow& row = *find_conv_row("opencl_direct");
  ConvCase c(*parse_conv_problem("n1h8w8c8 k8r3s3"), 1);
  c.prepare(row);
  const auto run = [&]() -> Status {
    auto operands = DLIS_TRY(DeviceOperands::open("opencl", c.call(), 16384, 0));
    DLIS_TRY(operands.run(row, c.problem()));
    return operands.fetch();
  };
  EXPECT_TRUE(run());
  for (auto [fault, sentence] : {std::pair{&device_faults().allocate, "memory is full"},
                                 {&device_faults().enqueue, "out of resources"},
                                 {&device_faults().transfer, "out of resources"},
                                 {&device_faults().build, "does not build"}}) {
    *fault = 0;
    const Status status = run();
    *fault = -1;
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().message(), HasSubstr(sentence));
  }
  EXPECT_TRUE(run());
}

}  // namespace
}  // namespace dlis
