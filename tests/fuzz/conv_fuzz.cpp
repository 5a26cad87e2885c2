// Any small convolution: every row that accepts it agrees with the reference, writes only its view,
// gives the same bits for all divisions of the work; and its line reads back as the same problem.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "dlis/compute/conv/conv_judge.h"
#include "dlis/format/half.h"

namespace {

// One byte a number; zeros when the input is used up.
struct Bytes {
  const std::uint8_t* at;
  std::size_t left;
  std::int64_t pick(std::int64_t low, std::int64_t high) {  // both inclusive
    if (left == 0) return low;
    --left;
    return low + *at++ % (high - low + 1);
  }
};

dlis::ConvProblem problem_of(Bytes& bytes) {
  dlis::ConvProblem p;
  p.groups = bytes.pick(0, 3) == 3 ? bytes.pick(2, 8) : 1;
  p.n = bytes.pick(1, 4);
  p.h = bytes.pick(1, 20);
  p.w = bytes.pick(1, 34);
  p.c = p.groups * bytes.pick(1, 70);
  p.k = p.groups * bytes.pick(1, 70);
  if (bytes.pick(0, 3) == 3) p.groups = p.k = p.c;
  p.r = bytes.pick(1, 9);
  p.s = bytes.pick(1, 9);
  for (std::int64_t* stride : {&p.stride_h, &p.stride_w}) *stride = bytes.pick(1, 3);
  for (std::int64_t* dilation : {&p.dilation_h, &p.dilation_w}) *dilation = bytes.pick(1, 2);
  for (std::int64_t* pad : {&p.pad_top, &p.pad_left, &p.pad_bottom, &p.pad_right})
    *pad = bytes.pick(0, 4);
  p.pad_bottom = std::max(p.pad_bottom, p.dilation_h * (p.r - 1) + 1 - p.h - p.pad_top);
  p.pad_right = std::max(p.pad_right, p.dilation_w * (p.s - 1) + 1 - p.w - p.pad_left);
  p.ends.bias = bytes.pick(0, 1);
  p.ends.add = bytes.pick(0, 1);
  p.ends.activation = dlis::Activation(bytes.pick(0, 6));
  p.ends.a = float(bytes.pick(0, 16)) / 32;
  p.ends.b = p.ends.a + float(bytes.pick(0, 16)) / 32;
  p.format = dlis::formats()[std::size_t(bytes.pick(0, std::int64_t(dlis::formats().size()) - 1))];
  p.density = double(bytes.pick(0, 8)) / 8;
  constexpr dlis::DType kTypes[] = {dlis::DType::f32, dlis::DType::bf16, dlis::DType::f16,
                                    dlis::DType::u8, dlis::DType::i8};
  for (dlis::DType* type : {&p.type, &p.y_type, &p.add_type}) *type = kTypes[bytes.pick(0, 4)];
  if (bytes.pick(0, 3) == 3 && p.groups == 1) p.c *= 64;  // sums that rows cut into blocks
  if (p.integer() && !p.format->encode_bytes) p.format = dlis::find_format("int8");
  if (dlis::is_half(p.type)) p.format = dlis::find_format(dlis::name_of(p.type));
  if (p.all_f32() && p.h > 2 && p.w > 2 && bytes.pick(0, 3) == 3) {
    p.winograd = int(2 * bytes.pick(1, 3));
    p.winograd_relu = bytes.pick(0, 1);
    p.r = p.s = 3, p.groups = p.stride_h = p.stride_w = p.dilation_h = p.dilation_w = 1;
  }
  return p;
}

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes{data, size};
  const dlis::ConvProblem p = problem_of(bytes);
  if (p.macs() > 200000 || p.n * p.h * p.w * p.c > 20000) return -1;  // not worth keeping
  const auto again = dlis::parse_conv_problem(line(p));
  if (!again || line(*again) != line(p)) fail(line(p) + ": does not read back");

  const auto slack = [&] {
    return dlis::Slack{bytes.pick(0, 3), bytes.pick(0, 3), bytes.pick(0, 3)};
  };
  const dlis::Slack in = slack(), out = slack();
  const auto seed = std::uint64_t(bytes.pick(0, 255));
  const auto zeros = dlis::Zeros(bytes.pick(0, dlis::kZeros - 1));
  dlis::ConvCase c(p, seed, in, out, zeros);
  const auto rows = dlis::conv_rows();
  if (const std::string wrong = judge_all(c, {rows.begin(), rows.end()}); !wrong.empty())
    fail(wrong);
  return 0;
}
