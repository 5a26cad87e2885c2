// The cut of an indirect GEMM at the ends of what a problem may be.
#include "dlis/compute/conv/gemm_cut.h"

#include <gtest/gtest.h>

#include "dlis/compute/gemm/bsr_packing.h"
#include "dlis/compute/row.h"

namespace dlis {
namespace {

std::string refusal_of(const char* line) {
  const auto problem = parse_conv_problem(line);
  EXPECT_TRUE(problem) << line;
  return find_conv_row("indirect_gemm")->accepts(*problem).reason;
}

// A band of what two numbers in the file can ask for would not fit any memory.
TEST(GemmCut, PaddingBeyondMemoryIsRefused) {
  EXPECT_EQ(refusal_of("n1h3w3c1 k1r1s1 u2147483648 p2147483648"),
            "the image is too large with its padding");
  EXPECT_EQ(refusal_of("n1h224w224c64 k64r3s3 p1"), "");
  EXPECT_EQ(refusal_of("n1h3w3c1 k1r1s1 u64 p640"), "");
}

// Every output belongs to exactly one task, and a band holds no more rows than it has to.
TEST(GemmCut, TasksCoverTallAndFlatProblemsOnce) {
  for (const char* line : {"n1h1000000w1c1 k1r3s1 p1x0", "n2h57w57c64 k64r3s3 p1 u2 t3",
                           "n1h9w9c512 k512r3s3 p1 d2 t2", "n3h100w100c8 k40r1s1 t4"}) {
    const GemmCut cut(*parse_conv_problem(line));
    std::int64_t rows = 0;
    for (std::int64_t i = 0; i < cut.tasks; ++i) {
      const GemmTask task = cut.task(i);
      EXPECT_GT(task.rows.size(), 0) << line;
      rows += task.panels.begin == 0 && task.group == 0 ? task.rows.size() * task.images.size() : 0;
    }
    EXPECT_EQ(rows, cut.rows * cut.images) << line;
  }
}

// The boundaries of parts of a group's panels, of which those in `dense` are full and others empty.
std::vector<std::int64_t> cuts_of(const char* line, const std::vector<int>& dense, int group,
                                  int parts) {
  const ConvProblem p = *parse_conv_problem(line);
  Tensor weights(DType::f32, p.weights_shape());
  const std::int64_t panel = kBlockColumns * weights.elements() / p.k;
  for (const int i : dense) std::ranges::fill(weights.edit<float>().subspan(i * panel, panel), 1);
  const Encoded encoded = *p.format->encode(weights);
  const BsrPanels panels(p);
  Buffer packed(panels.bytes(encoded));
  panels.pack(encoded, nullptr, packed.data());
  std::vector<std::int64_t> cuts;
  for (int i = 0; i <= parts; ++i) cuts.push_back(panels.cut(packed.data(), group, parts, i));
  return cuts;
}

TEST(GemmCut, PanelsOfBlocksAreCutByTheirBlocks) {
  using Cuts = std::vector<std::int64_t>;
  for (const char* format : {"bsr", "bsr_bf16", "bsr_int8"}) {
    SCOPED_TRACE(format);
    const std::string one = std::string("n1h9w9c32 k256r3s3 p1 ") + format;
    EXPECT_EQ(cuts_of(one.c_str(), {0}, 0, 2), (Cuts{0, 1, 16}));
    EXPECT_EQ(cuts_of(one.c_str(), {15}, 0, 2), (Cuts{0, 15, 16}));
    EXPECT_EQ(cuts_of(one.c_str(), {0, 1, 2, 3}, 0, 4), (Cuts{0, 1, 2, 3, 16}));
    EXPECT_EQ(cuts_of(one.c_str(), {}, 0, 4), (Cuts{0, 4, 8, 12, 16}));
    const std::string two = std::string("n1h9w9c32 k256r3s3 p1 g2 ") + format;
    EXPECT_EQ(cuts_of(two.c_str(), {0, 14, 15}, 0, 2), (Cuts{0, 1, 8}));
    EXPECT_EQ(cuts_of(two.c_str(), {0, 14, 15}, 1, 2), (Cuts{0, 7, 8}));
  }
}

// A band has room for cols pixels of each row.
TEST(GemmCut, FlatRowsHoldEveryPixelOnce) {
  for (const char* line : {"n1h7w7c1024 k64r1s1", "n1h14w14c512 k16r1s1", "n1h1w1c4 k8r1s1",
                           "n3h100w100c8 k40r1s1 t4", "n13h1w1c9 k8r1s1"}) {
    const ConvProblem problem = *parse_conv_problem(line);
    const GemmCut cut(problem);
    std::int64_t next = 0;
    for (std::int64_t row = 0; row < cut.rows; ++row) {
      const Interval pixels = cut.pixels(row);
      EXPECT_EQ(pixels.begin, next) << line;
      EXPECT_GT(pixels.size(), 0) << line;
      EXPECT_LE(pixels.size(), cut.cols) << line;
      next = pixels.end;
    }
    EXPECT_EQ(next, problem.n * problem.h * problem.w) << line;
  }
}

}  // namespace
}  // namespace dlis
