// ConvTranspose in gather form: every output pixel collects the taps that reach it.
#pragma once
#include "dlis/compute/nn/blob.h"
#include "dlis/compute/nn/panel_kernels.h"

namespace dlis::nn {

// One spatial axis; a 1-D problem has a height of 1. Strides in elements.
struct TransposedAxis {
  std::int64_t in = 1, out = 1, in_stride = 0, out_stride = 0;
  std::int64_t kernel = 1, stride = 1, dilation = 1, pad = 0;
};

struct ConvTransposeParams {
  TransposedAxis height, width;
  std::int64_t images = 1, groups = 1;
  std::int64_t depth = 1, channels = 1;  // input and output channels of one group
  std::int64_t in_image = 0, out_image = 0, in_channel = 1, out_channel = 1;
  std::int64_t w_strides[4] = {};  // C, K / groups, R, S
  std::int64_t bias_stride = 0;
  bool has_bias = false, is_packed = false;
  std::int64_t panel = 8;   // output channels computed together
  std::size_t weights = 0;  // offset of the packed weights in the packed bytes

  std::int64_t panels() const { return (channels + panel - 1) / panel; }
  std::int64_t panel_floats() const { return height.kernel * width.kernel * depth * panel; }
  std::int64_t weight_floats() const { return groups * panels() * panel_floats(); }
  // A tile is one output row's pixels of one phase (those ow with the same remainder by the
  // stride), at most kPixels of them, over one panel.
  std::int64_t phases() const { return std::min(width.stride, width.out); }
  std::int64_t blocks() const;
  std::int64_t tiles() const {
    return images * height.out * groups * panels() * phases() * blocks();
  }
};

// Weights [C, K / groups, R, S] become [group][panel][r][s][c][panel], zeros behind the last
// channel.
void pack_panel(const ConvTransposeParams& params, std::int64_t index, const float* weights,
                float* packed);

// The sums of one tile; `sums` has room for kPixels * panel floats.
void run_conv_transpose_tile(const ConvTransposeParams& params, const PanelKernels& kernels,
                             const float* in, const float* weights, const float* bias, float* out,
                             std::int64_t tile, float* sums);
inline constexpr std::int64_t kPixels = 48;

}  // namespace dlis::nn
