// The row `onednn`: the convolution of Intel's library, on bands of rows that our pool schedules.
//
// What oneDNN 2.6 computes from NHWC without a reordered copy of the activations: its direct and
// 1x1 kernels, on this machine's widest instruction set whatever the problem says. A view that is
// not dense is copied band by band, inside the timed run.
#include <algorithm>
#include <cstring>

#include "dlis/base/divide.h"
#include "dlis/compute/conv/gemm_cut.h"
#include "dlis/compute/conv/onednn_band.h"
#include "dlis/compute/row.h"

namespace dlis {
namespace {

constexpr std::int64_t kBandBytes = 4 << 20;     // values that a band reads and writes at most
constexpr std::int64_t kHeavyWeights = 1 << 20;  // of so many bytes: each band reads them again
constexpr std::int64_t kLeastMacs = 1 << 20;     // below, a band costs more than a worker brings
constexpr std::int64_t kBands = 8;

// Tiles are some images, or some rows of one image. The library's sums follow from the shape that
// it is given, so the cut must not depend on the workers.
struct Cut {
  std::int64_t image_parts = 1, row_parts = 1;
};

Cut cut_of(const ConvProblem& p) {
  const std::int64_t values = 4 * p.n * (p.h * p.w * p.c + p.p() * p.q() * p.k);
  const std::int64_t weights = 4 * p.k * (p.c / p.groups) * p.r * p.s;
  const std::int64_t most = weights > kHeavyWeights ? 2 : kBands;
  const std::int64_t want = std::max((values + kBandBytes - 1) / kBandBytes,
                                     std::clamp<std::int64_t>(p.macs() / kLeastMacs, 1, most));
  if (p.n >= want) return {want, 1};
  return {p.n, std::min(p.p(), (want + p.n - 1) / p.n)};
}

// A tile's place in the input and the output.
struct Place {
  Interval images, rows;  // of the output
  std::int64_t in_begin = 0;
  OnednnBand band;
};

Place place_of(const ConvProblem& p, const Cut& cut, std::int64_t tile) {
  Place place;
  place.images = part(p.n, cut.image_parts, tile / cut.row_parts);
  place.rows = part(p.p(), cut.row_parts, tile % cut.row_parts);
  const std::int64_t first = place.rows.begin * p.stride_h - p.pad_top;
  const std::int64_t last =
      (place.rows.end - 1) * p.stride_h - p.pad_top + (p.r - 1) * p.dilation_h;
  place.in_begin = std::max<std::int64_t>(first, 0);
  place.band = {place.images.size(), std::min(last, p.h - 1) - place.in_begin + 1,
                place.rows.size(), place.in_begin - first,
                std::max<std::int64_t>(last - (p.h - 1), 0)};
  return place;
}

const OnednnConv* first_conv(const ConvProblem& p) {
  return onednn_conv(p, place_of(p, cut_of(p), 0).band, nullptr);
}
const OnednnConv* conv_of(const ConvProblem& p, const OnednnBand& band, const OnednnConv* first) {
  return band == place_of(p, cut_of(p), 0).band ? first : onednn_conv(p, band, first);
}

template <class F>
void for_each_band(const ConvProblem& p, F f) {
  const Cut cut = cut_of(p);
  for (std::int64_t tile = 0; tile < cut.image_parts * cut.row_parts; ++tile)
    f(place_of(p, cut, tile).band);
}

Verdict accepts(const ConvProblem& p) {
  // A plan that is made here for another machine.
  if (is_neon(p.isa) != is_neon(host_isa()))
    return refuse("is compiled for this machine, not for " + std::string(name_of(p.isa)));
  if (!p.all_f32()) return refuse("needs f32 activations");
  if (p.format && p.format != formats().front()) return refuse("needs dense weights");
  // Beyond these its rarer kernels would have to be trusted.
  const bool usual =
      p.dilation_h == 1 && p.dilation_w == 1 && p.r <= std::min<std::int64_t>(p.h, 7) &&
      p.s <= std::min<std::int64_t>(p.w, 7) && (p.groups == 1 || (p.groups == p.c && p.k == p.c));
  if (!usual) return refuse("takes filters up to 7x7 without dilation, one group or one a channel");
  // 2.6.3 adds other values there: off by as much as the residual is large.
  if (p.groups > 1 && p.ends.add) return refuse("adds no residual to the outputs of groups");
  if (p.isa == Isa::generic && p.ends.add) return refuse("adds no residual on generic");
  const bool outside =
      std::max(p.pad_top, p.pad_bottom) > p.r - 1 || std::max(p.pad_left, p.pad_right) > p.s - 1;
  if (outside) return refuse("has no kernel for outputs that see padding alone");
  const OnednnConv* first = first_conv(p);
  bool all = first != nullptr;
  if (all) for_each_band(p, [&](const OnednnBand& band) { all = all && conv_of(p, band, first); });
  return all ? accept() : refuse("the library has no compiled kernel for it");
}

// The weights in the library's order, then the bias.
std::size_t packed_bytes(const ConvProblem& p, const Encoded*) {
  return aligned(first_conv(p)->weights_bytes()) + std::size_t(p.k) * sizeof(float);
}

void pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* packed) {
  const Tensor values = weights->format->decode(*weights);
  first_conv(p)->pack(values.as<float>().data(), reinterpret_cast<float*>(packed));
  std::byte* to = packed + aligned(first_conv(p)->weights_bytes());
  std::memset(to, 0, std::size_t(p.k) * sizeof(float));
  if (bias) std::memcpy(to, bias, std::size_t(p.k) * sizeof(float));
}

// A worker's: copies of a band of x, of y and of the residual, and what the library asks for.
struct Scratch {
  std::size_t x = 0, y = 0, residual = 0, library = 0;
  std::size_t bytes() const { return x + y + residual + library; }
};

Scratch scratch_of(const ConvProblem& p) {
  Scratch most;
  const OnednnConv* first = first_conv(p);
  for_each_band(p, [&](const OnednnBand& band) {
    const auto bytes = [&](std::int64_t rows, std::int64_t row) {
      return aligned(std::size_t(band.images * rows * row) * sizeof(float));
    };
    most.x = std::max(most.x, bytes(band.in_rows, p.w * p.c));
    most.y = std::max(most.y, bytes(band.out_rows, p.q() * p.k));
    most.library = std::max(most.library, aligned(conv_of(p, band, first)->scratch_bytes()));
  });
  if (p.ends.add) most.residual = most.y;
  return most;
}

// Rows [rows.begin, rows.end) of some images of a view.
template <class AnyView>
struct Rows {
  const AnyView& view;
  Interval images, rows;

  std::int64_t channels() const { return view.shape[1]; }
  std::int64_t columns() const { return view.shape[3]; }
  auto* at(std::int64_t image, std::int64_t row) const {
    return view.template as<float>() + image * view.strides[0] + row * view.strides[2];
  }
  bool dense() const {
    const std::int64_t row = columns() * channels();
    return (columns() == 1 || view.strides[3] == channels()) &&
           (rows.size() == 1 || view.strides[2] == row) &&
           (images.size() == 1 || (rows.size() == view.shape[2] && view.strides[2] == row &&
                                   view.strides[0] == view.shape[2] * row));
  }
  // copy(pixel of the view, the same one in a dense copy)
  template <class Copy>
  void for_each_pixel(float* dense, Copy copy) const {
    for (std::int64_t n = images.begin; n < images.end; ++n)
      for (std::int64_t h = rows.begin; h < rows.end; ++h)
        for (std::int64_t w = 0; w < columns(); ++w, dense += channels())
          copy(at(n, h) + w * view.strides[3], dense);
  }
};

const float* dense_rows(const Rows<ConstView>& rows, std::byte* scratch) {
  if (rows.dense()) return rows.at(rows.images.begin, rows.rows.begin);
  float* copy = reinterpret_cast<float*>(scratch);
  const std::size_t pixel = std::size_t(rows.channels()) * sizeof(float);
  rows.for_each_pixel(copy, [&](const float* from, float* to) { std::memcpy(to, from, pixel); });
  return copy;
}

void run_tile(const ConvProblem& p, const Call& call, const Place& place, const Scratch& sizes,
              std::byte* scratch) {
  const OnednnConv* first = first_conv(p);
  const OnednnConv& conv = *conv_of(p, place.band, first);
  const Rows<View> y{call.outputs[0], place.images, place.rows};
  const Interval in_rows{place.in_begin, place.in_begin + place.band.in_rows};
  OnednnConv::Operands o{};
  o.x = dense_rows({call.inputs[0], place.images, in_rows}, scratch);
  scratch += sizes.x;
  float* copy = reinterpret_cast<float*>(scratch);
  o.y = y.dense() ? y.at(place.images.begin, place.rows.begin) : copy;
  scratch += sizes.y;
  if (p.ends.add) o.residual = dense_rows({call.inputs[1], place.images, place.rows}, scratch);
  o.scratch = scratch + sizes.residual;
  o.weights = reinterpret_cast<const float*>(call.packed);
  if (p.ends.bias)
    o.bias = reinterpret_cast<const float*>(call.packed + aligned(first->weights_bytes()));
  conv.run(o);
  const std::size_t pixel = std::size_t(p.k) * sizeof(float);
  if (!y.dense())
    y.for_each_pixel(copy, [&](float* to, const float* from) { std::memcpy(to, from, pixel); });
}

void run(const ConvProblem& p, const Call& call, int, Range range, Worker worker) {
  const Cut cut = cut_of(p);
  const Scratch sizes = scratch_of(p);
  std::byte* scratch = call.scratch + std::size_t(worker.index) * sizes.bytes();
  for (std::int64_t tile = range.begin; tile < range.end; ++tile)
    run_tile(p, call, place_of(p, cut, tile), sizes, scratch);
}

}  // namespace

extern constinit const ConvRow onednn_row{
    .name = "onednn",
    .summary = "oneDNN's direct kernels on bands of rows, scheduled by our pool",
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes =
        [](const ConvProblem& p) { return scratch_of(p).bytes() * std::size_t(p.workers); },
    .phases = [](const ConvProblem&) { return 1; },
    .tiles =
        [](const ConvProblem& p, int) {
          const Cut cut = cut_of(p);
          return cut.image_parts * cut.row_parts;
        },
    .run = run,
};

}  // namespace dlis
