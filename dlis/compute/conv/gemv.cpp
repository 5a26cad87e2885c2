// The row `gemv`: a dense layer on one to four rows, which takes as long as its weights take to
// come from memory.
//
// Filters are cut into panels as even as whole vectors allow, each one stream of bytes; a worker
// has at least one panel where there are enough vectors.
#include "dlis/compute/conv/gemv.h"

#include <algorithm>
#include <cstring>

#include "dlis/compute/conv/gemm_cut.h"
#include "dlis/compute/row.h"

namespace dlis {
namespace {

bool has_format(const ConvProblem& p, std::string_view name) {
  return (p.format ? p.format->name : std::string_view("dense")) == name;
}
bool is_bf16(const ConvProblem& p) { return has_format(p, "bf16"); }
bool is_int8(const ConvProblem& p) { return has_format(p, "int8"); }

// Packed: the biases of whole vectors, the scales of weights in bytes, then for each vector of
// filters its stream, [c][lanes]. An odd number of cache lines lies between streams, so that they
// do not share the cache's sets.
struct Panels {
  explicit Panels(const ConvProblem& p)
      : lanes(panel_sizes(p.isa).narrow),
        vectors((p.k + lanes - 1) / lanes),
        element(is_int8(p)   ? 1
                : is_bf16(p) ? 2
                             : 4),
        stream((p.c * lanes * element + 127) / 128 * 128 + 64) {
    const std::int64_t most = gemv_vectors(p.n);
    count = std::max((vectors + most - 1) / most, std::min<std::int64_t>(vectors, p.workers));
    count = std::min(vectors, (count + p.workers - 1) / p.workers * p.workers);
  }
  Interval panel(std::int64_t i) const { return part(vectors, count, i); }
  std::int64_t bias_bytes() const { return (vectors * lanes * 4 + 63) / 64 * 64; }
  std::int64_t at(std::int64_t vector) const {
    return bias_bytes() * (element == 1 ? 2 : 1) + vector * stream;
  }
  std::size_t bytes() const { return std::size_t(at(vectors)); }

  std::int64_t lanes, vectors, element, stream, count;  // stream: bytes
};

Verdict accepts(const ConvProblem& p) {
  if (!p.all_f32()) return refuse("needs f32 activations");
  if (!is_bf16(p) && !is_int8(p) && !has_format(p, "f16") && !has_format(p, "dense"))
    return refuse("needs dense, bf16, f16 or int8 weights");
  if (!p.pointwise() || p.h != 1 || p.w != 1) return refuse("needs a dense layer");
  if (p.n > kGemvRows) return refuse("needs four rows or less");
  return accept();
}

void put(float& to, float value) { to = value; }
void put(std::uint16_t& to, float value) { to = to_bf16(value); }
void put(std::int8_t& to, std::int8_t value) { to = value; }

template <class T, class From>
void pack_streams(const Panels& panels, const From* weights, const ConvProblem& p,
                  std::byte* packed) {
  for (std::int64_t k = 0; k < p.k; ++k) {
    T* to = reinterpret_cast<T*>(packed + panels.at(k / panels.lanes)) + k % panels.lanes;
    for (std::int64_t c = 0; c < p.c; ++c) put(to[c * panels.lanes], *weights++);
  }
}

void pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* packed) {
  const Panels panels(p);
  std::memset(packed, 0, panels.bytes());
  const std::size_t each = std::size_t(p.k) * sizeof(float);
  if (bias) std::memcpy(packed, bias, each);
  if (is_int8(p)) {
    std::memcpy(packed + panels.bias_bytes(), weights->parts[1].data(), each);
    return pack_streams<std::int8_t>(panels, weights->parts[0].as<std::int8_t>().data(), p, packed);
  }
  const Tensor values = weights->format->decode(*weights);
  if (is_bf16(p))
    pack_streams<std::uint16_t>(panels, values.as<float>().data(), p, packed);
  else
    pack_streams<float>(panels, values.as<float>().data(), p, packed);
}

void run(const ConvProblem& p, const Call& call, int, Range range, Worker) {
  const Panels panels(p);
  const GemvKernels& kernels = gemv_kernels_for(p.isa);
  const auto& of_type = is_int8(p) ? kernels.int8 : is_bf16(p) ? kernels.bf16 : kernels.f32;
  const auto& of_rows = of_type[p.n - 1];
  GemvTile t;
  t.x = call.inputs[0].as<float>(), t.x_step = call.inputs[0].strides[0];
  t.count = p.c;
  t.stream_step = panels.stream / panels.element;
  t.y_step = call.outputs[0].strides[0];
  t.activation = p.ends.activation, t.a = p.ends.a, t.b = p.ends.b;
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const Interval vectors = panels.panel(i);
    const std::int64_t filter = vectors.begin * panels.lanes;
    t.weights = call.packed + panels.at(vectors.begin);
    t.bias = reinterpret_cast<const float*>(call.packed) + filter;
    if (is_int8(p)) t.multiplier = t.bias + panels.bias_bytes() / 4;
    t.columns = int(std::min(vectors.size() * panels.lanes, p.k - filter));
    t.y = call.outputs[0].as<float>() + filter;
    if (p.ends.add) {
      t.residual = call.inputs[1].as<float>() + filter;
      t.residual_step = call.inputs[1].strides[0];
    }
    of_rows[vectors.size() - 1](t);
  }
}

}  // namespace

extern constinit const ConvRow gemv_row{
    .name = "gemv",
    .summary = "a dense layer on one to four rows: weights in streams, read once",
    .version = 2,
    .tolerance = {2e-6},
    .accepts = accepts,
    .packed_bytes = [](const ConvProblem& p, const Encoded*) { return Panels(p).bytes(); },
    .pack = pack,
    .scratch_bytes = [](const ConvProblem&) { return std::size_t(0); },
    .phases = [](const ConvProblem&) { return 1; },
    .tiles = [](const ConvProblem& p, int) { return Panels(p).count; },
    .run = run,
    .portable = true,
};

}  // namespace dlis
