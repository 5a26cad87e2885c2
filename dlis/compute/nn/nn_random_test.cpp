// Random shapes for broadcasting, slicing and pooling. `RC_PARAMS=seed=N` runs one again.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "dlis/compute/nn/nn_judge.h"

namespace dlis {
namespace {

std::int64_t pick(int low, int high) { return std::int64_t(*rc::gen::inRange(low, high + 1)); }

std::string judge_named(const Listed& listed) { return judge(*find_op_row(listed.op), listed); }

TEST(NnRandom, Broadcasting) {
  EXPECT_TRUE(rc::check([] {
    const int rank = int(pick(0, 5));
    Shape full;
    for (int i = 0; i < rank; ++i) full.push_back(pick(1, i + 1 == rank ? 40 : 5));
    Listed listed{*rc::gen::element("Add", "Mul", "Sub", "Max", "Sum"), {}};
    const std::int64_t count = std::string(listed.op) == "Sum" ? pick(1, 4) : 2;
    for (std::int64_t n = 0; n < count; ++n) {
      Shape shape;  // the last axes of `full`, some of them 1
      for (int axis = int(pick(0, rank)); axis < rank; ++axis)
        shape.push_back(pick(0, 2) == 0 ? 1 : full[axis]);
      listed.inputs.push_back(shape);
    }
    RC_ASSERT(judge_named(listed) == "");
  }));
}

TEST(NnRandom, Slicing) {
  EXPECT_TRUE(rc::check([] {
    Listed listed{"Slice", {Shape{}}};
    Ints axes, starts, ends, steps;
    const int rank = int(pick(1, 4));
    for (int axis = 0; axis < rank; ++axis) {
      const std::int64_t extent = pick(1, 9);
      listed.inputs[0].push_back(extent);
      if (pick(0, 3) == 0) continue;
      axes.push_back(axis);
      steps.push_back(*rc::gen::element<std::int64_t>(-3, -2, -1, 1, 2, 3));
      starts.push_back(pick(-12, 12));
      ends.push_back(pick(-12, 12));
    }
    listed.attributes = {{"axes", axes}, {"starts", starts}, {"ends", ends}, {"steps", steps}};
    RC_ASSERT(judge_named(listed) == "");
  }));
}

TEST(NnRandom, Pooling) {
  EXPECT_TRUE(rc::check([] {
    Listed listed{*rc::gen::element("MaxPool", "AveragePool"), {Shape{pick(1, 2), pick(1, 70)}}};
    const int rank = int(pick(1, 2));
    Ints kernel, strides, dilations, pads(std::size_t(2 * rank));
    for (int i = 0; i < rank; ++i) {
      kernel.push_back(pick(1, 4));
      strides.push_back(pick(1, 3));
      dilations.push_back(pick(1, 2));
      // A window must never lie in the padding alone.
      pads[std::size_t(i)] = pick(0, int(kernel.back() - 1));
      pads[std::size_t(i + rank)] = pick(0, int(kernel.back() - 1));
      listed.inputs[0].push_back(pick(int(2 * kernel.back()), 14));
    }
    listed.attributes = {{"kernel_shape", kernel},  {"strides", strides},
                         {"dilations", dilations},  {"pads", pads},
                         {"ceil_mode", pick(0, 1)}, {"count_include_pad", pick(0, 1)}};
    RC_ASSERT(judge_named(listed) == "");
  }));
}

TEST(NnRandom, TransposedConvolution) {
  EXPECT_TRUE(rc::check([] {
    const std::int64_t groups = *rc::gen::element<std::int64_t>(1, 1, 2, 3),
                       c = groups * pick(1, 6);
    Listed listed{"ConvTranspose", {Shape{pick(1, 2), c}, Shape{c, pick(1, 40)}}};
    const int rank = int(pick(1, 2));
    Ints strides, dilations, pads(std::size_t(2 * rank)), extra;
    for (int i = 0; i < rank; ++i) {
      const std::int64_t kernel = pick(1, 4);
      listed.inputs[0].push_back(pick(2, 7));
      listed.inputs[1].push_back(kernel);
      strides.push_back(pick(1, 3));
      dilations.push_back(pick(1, 2));
      extra.push_back(pick(0, int(strides.back() - 1)));
      pads[std::size_t(i)] = pick(0, int(kernel - 1) / 2);
      pads[std::size_t(i + rank)] = pick(0, int(kernel - 1) / 2);
    }
    listed.attributes = {{"group", groups},
                         {"strides", strides},
                         {"dilations", dilations},
                         {"pads", pads},
                         {"output_padding", extra}};
    RC_ASSERT(judge_named(listed) == "");
  }));
}

TEST(NnRandom, Reshaping) {
  EXPECT_TRUE(rc::check([] {
    // Two ways to group the same prime factors, in one order.
    Ints factors;
    for (std::int64_t n = pick(1, 6); n > 0; --n)
      factors.push_back(*rc::gen::element<std::int64_t>(2, 3, 5));
    const auto grouped = [&] {
      Ints shape = {1};
      for (std::int64_t factor : factors) {
        if (pick(0, 1) == 0 && shape.size() < 6) shape.push_back(1);
        shape.back() *= factor;
      }
      return shape;
    };
    const Ints from = grouped();
    std::sort(factors.begin(), factors.end());  // sometimes no common refinement
    const Ints to = grouped();
    const Listed listed{"Reshape", {Shape(std::span<const std::int64_t>(from))}, {{"shape", to}}};
    RC_ASSERT(judge_named(listed) == "");
  }));
}

}  // namespace
}  // namespace dlis
