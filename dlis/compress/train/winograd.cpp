// WinogradConv (model/ops/winograd_conv.cpp) as three matrix products: the input's transform for
// both axes at once, one product a frequency, and the outputs' transform. In memory channels are
// innermost, so that nothing but the gathering of tiles and the placing of outputs moves values.
//
// In narrow passes all three have bf16 operands and are summed in f32. Beside a convolution in f32
// the outputs' root mean square error is 0.4 % for m = 2 and 1.3 % for m = 4 (128 channels, normal
// inputs and filters; 0.2 % for a plain convolution in bf16). Most of it comes from the rounding of
// the transformed values: transforms in f32 have 1.2 % and move twice the bytes.
#include "dlis/base/winograd.h"

#include <map>
#include <mutex>
#include <tuple>

#include "dlis/compress/train/operator.h"

namespace dlis::train {
namespace {

using torch::indexing::Slice;

struct Tiling {
  std::int64_t m, rows, columns;  // tiles of m x m outputs
  std::int64_t top, left;         // zeros in front of the input
  std::int64_t height() const { return rows * m + 2; }
  std::int64_t width() const { return columns * m + 2; }
};

// The padded input's tiles of a x a values, a = m + 2: a*a x (N rows columns C).
Tensor gather(const Tensor& x, const Tiling& t) {
  const std::int64_t a = t.m + 2;
  const Tensor padded = torch::constant_pad_nd(
      x, {t.left, t.width() - t.left - x.size(3), t.top, t.height() - t.top - x.size(2)});
  return padded.unfold(2, a, t.m)
      .unfold(3, a, t.m)
      .permute({4, 5, 0, 2, 3, 1})
      .reshape({a * a, x.size(0) * t.rows * t.columns * x.size(1)});
}

// The transposed: what tiles share is added up. A tile's first m rows are its own, the other two
// the next one's first; and so are columns.
Tensor scatter(const Tensor& tiles, const std::vector<std::int64_t>& shape, const Tiling& t) {
  const std::int64_t a = t.m + 2, n = shape[0], c = shape[1];
  const Tensor from = tiles.reshape({a, a, n, t.rows, t.columns, c});
  Tensor sum = torch::zeros({n, t.rows + 1, t.m, t.columns + 1, t.m, c}, tiles.options());
  for (const std::int64_t i : {0, 1})
    for (const std::int64_t j : {0, 1})
      sum.narrow(1, i, t.rows)
          .narrow(2, 0, i ? 2 : t.m)
          .narrow(3, j, t.columns)
          .narrow(4, 0, j ? 2 : t.m)
          .add_(from.narrow(0, i * t.m, i ? 2 : t.m)
                    .narrow(1, j * t.m, j ? 2 : t.m)
                    .permute({2, 3, 0, 4, 1, 5}));
  return sum.view({n, (t.rows + 1) * t.m, (t.columns + 1) * t.m, c})
      .permute({0, 3, 1, 2})
      .narrow(2, t.top, shape[2])
      .narrow(3, t.left, shape[3])
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

// `gather` with the gradient above: LibTorch's own, of overlapping views, fills the input once for
// each axis.
struct Tiles : torch::autograd::Function<Tiles> {
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x, std::int64_t m,
                        std::int64_t rows, std::int64_t columns, std::int64_t top,
                        std::int64_t left) {
    context->saved_data["shape"] = x.sizes().vec();
    context->saved_data["tiling"] = std::vector<std::int64_t>{m, rows, columns, top, left};
    return gather(x, {m, rows, columns, top, left});
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto t = context->saved_data["tiling"].toIntVector();
    const Tensor x = scatter(gradients[0], context->saved_data["shape"].toIntVector(),
                             {t[0], t[1], t[2], t[3], t[4]});
    return {x, Tensor(), Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

Tensor on_both_axes(const Rational* matrix, int rows, int columns, const Tensor& like) {
  Tensor one = torch::empty({rows, columns}, torch::kDouble);
  for (int i = 0; i < rows * columns; ++i) one.data_ptr<double>()[i] = matrix[i].value();
  return torch::kron(one, one).to(like.options());
}

// M (x) M: y = M d M^T for both axes at once. Kept, as a copy to a GPU waits for it, for all
// trainings, which may be on several threads; never freed, as LibTorch may be gone before the
// library's statics are.
Tensor transform(const Rational* matrix, int rows, int columns, const Tensor& like) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  static auto& kept =
      *new std::map<std::tuple<const Rational*, std::string, torch::ScalarType>, Tensor>;
  Tensor& found = kept[{matrix, like.device().str(), like.scalar_type()}];
  if (!found.defined()) found = on_both_axes(matrix, rows, columns, like);
  return found;
}

// m*m x (N rows columns K) to the N x K x p x q outputs.
Tensor placed(const Tensor& y, const Tiling& t, std::int64_t n, std::int64_t k, std::int64_t p,
              std::int64_t q) {
  return y.view({t.m, t.m, n, t.rows, t.columns, k})
      .permute({2, 3, 0, 4, 1, 5})
      .reshape({n, t.rows * t.m, t.columns * t.m, k})
      .index({Slice(), Slice(0, p), Slice(0, q)})
      .permute({0, 3, 1, 2})
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

std::vector<Tensor> winograd_conv(const Call& call) {
  const Attributes& attributes = call.node.attributes;
  const WinogradMatrices& f = *winograd_matrices(int(attributes.integer("m")));
  const Ints pads = attributes.ints("pads", Ints(4));
  const Tensor x = narrowed(call, call.inputs[0]), w = narrowed(call, call.inputs[1]);
  const std::int64_t n = x.size(0), c = x.size(1), k = w.size(0), m = f.m, a = f.a;
  const std::int64_t p = x.size(2) + pads[0] + pads[2] - 2, q = x.size(3) + pads[1] + pads[3] - 2;
  const Tiling t{m, (p + m - 1) / m, (q + m - 1) / m, pads[0], pads[1]};
  const std::int64_t tiles = n * t.rows * t.columns;
  Tensor v = torch::mm(transform(f.bt, f.a, f.a, x),
                       Tiles::apply(x, t.m, t.rows, t.columns, t.top, t.left));
  if (attributes.integer("relu")) v = torch::relu(v);
  const Tensor u = w.permute({2, 3, 0, 1}).reshape({a * a, k, c}).transpose(1, 2);
  const Tensor products = torch::bmm(v.view({a * a, tiles, c}), u);
  const Tensor y = torch::mm(transform(f.at, f.m, f.a, x), products.view({a * a, tiles * k}));
  const Tensor out = placed(y, t, n, k, p, q);
  return {call.has(2) ? out + narrowed(call, call.inputs[2]).view({1, k, 1, 1}) : out};
}

// A weight of frequency f moves an output as far as sqrt(energy_f) weights of a filter
// (base/winograd.h: a sum of 36 where a filter has 9 for m = 2, 3270 for m = 4), so that gradient
// descent at the rate of a convolution diverges. It is done on u / s instead: the gradient of u
// then counts s^2 fold, with s^2 = 9 / (a^2 energy_f), and all weights together move an output as
// far as a filter's.
Tensor rate(const Node& node) {
  const WinogradMatrices& f = *winograd_matrices(int(node.attributes.integer("m")));
  const std::vector<double> energy = winograd_energy(f);
  Tensor rate = torch::empty({1, 1, f.a, f.a}, torch::kFloat);
  for (std::size_t i = 0; i < energy.size(); ++i)
    rate.data_ptr<float>()[i] = float(9 / (double(energy.size()) * energy[i]));
  return rate;
}

}  // namespace

extern constinit const Operator winograd_conv_row{
    .name = "WinogradConv", .forward = winograd_conv, .rate = rate};

}  // namespace dlis::train
