// The row `sparse_direct`: CSR weights, vectors over pixels, work in proportion to the non-zeros.
//
// A tile turns its inputs into planes, a block of channels at a time; every non-zero of the block
// then adds weight * plane, shifted by the filter tap, to its output's sums. The sums of an output
// run through its non-zeros by input channel, then r, then s, whatever the tile and the block.
#include "dlis/compute/conv/sparse_direct.h"

#include <algorithm>
#include <cstring>

#include "dlis/base/divide.h"
#include "dlis/compute/conv/sparse_cut.h"
#include "dlis/compute/row.h"
#include "dlis/format/csr.h"

namespace dlis {
namespace {

bool has_scales(const ConvProblem& p) { return p.format->weight_bytes == 1; }

// starts u32 [c_blocks][k] and one more, the first output u32 of each cut over outputs and their
// end, values as they are stored, offsets u16, bias, scales of values in bytes, zeros of a whole
// pixel.
struct Packed {
  std::size_t bounds, values, offsets, bias, scales, zeros, end;  // bytes from the start
};
Packed packed_of(const ConvProblem& p, const SparseCut& cut, std::int64_t non_zeros) {
  const auto lines = [](std::int64_t bytes) { return std::size_t(round_up(bytes, 64)); };
  Packed packed;
  packed.bounds = std::size_t(cut.c_blocks * p.k + 1) * 4;
  packed.values = lines(std::int64_t(packed.bounds) + (cut.k_blocks + 1) * 4);
  packed.offsets = packed.values + lines(non_zeros * std::int64_t(p.format->weight_bytes));
  packed.bias = packed.offsets + lines(non_zeros * 2);
  packed.scales = packed.bias + lines(p.k * 4);
  packed.zeros = packed.scales + (has_scales(p) ? lines(p.k * 4) : 0);
  packed.end = packed.zeros + lines(p.c * 4);
  return packed;
}

Verdict accepts(const ConvProblem& p) {
  if (!is_csr(p.format)) return refuse("needs csr weights");
  if (!p.all_f32()) return refuse("computes in f32 only");
  if (sparse_cut(p).channel > kSparseReach)
    return refuse("the filter reaches too far for 16-bit offsets");
  return accept();
}

std::size_t packed_bytes(const ConvProblem& p, const Encoded* weights) {
  return packed_of(p, sparse_cut(p), weights->parts[0].elements()).end;
}

// One non-zero where the kernels want it.
struct Term {
  std::int64_t c, r, s;
  const std::byte* value;
};

std::vector<Term> terms_of(const ConvProblem& p, const CsrRows& rows, std::int64_t k) {
  const std::int64_t inner = p.c / p.groups, first = k / (p.k / p.groups) * inner;
  const std::byte* values = rows.values.data();
  const auto size = std::int64_t(size_of(rows.values.type()));
  std::vector<Term> terms;
  for (std::int64_t i = rows.starts[k]; i < rows.starts[k + 1]; ++i) {
    const std::int64_t column = rows.column[i], tap = column / inner;
    terms.push_back({first + column % inner, tap / p.s, tap % p.s, values + i * size});
  }
  std::ranges::stable_sort(terms, {}, &Term::c);  // taps come in order already
  return terms;
}

// By filter.
std::vector<std::vector<Term>> terms_of(const ConvProblem& p, const CsrRows& rows) {
  std::vector<std::vector<Term>> terms;
  for (std::int64_t k = 0; k < p.k; ++k) terms.push_back(terms_of(p, rows, k));
  return terms;
}

void pack_bounds(const SparseCut& cut, std::span<const std::vector<Term>> terms, std::byte* to) {
  std::vector<std::int64_t> counts;
  for (const auto& of_filter : terms) counts.push_back(std::int64_t(of_filter.size()));
  const auto bounds = cut_filters(cut, counts);
  std::memcpy(to, bounds.data(), bounds.size() * 4);
}

void pack(const ConvProblem& p, const Encoded* weights, const float* bias, std::byte* packed) {
  const SparseCut cut = sparse_cut(p);
  const CsrRows rows = read_csr(*weights);
  const Packed at = packed_of(p, cut, rows.values.elements());
  std::memset(packed, 0, at.end);
  auto* starts = reinterpret_cast<std::uint32_t*>(packed);
  const std::size_t size = size_of(rows.values.type());
  auto* offsets = reinterpret_cast<std::uint16_t*>(packed + at.offsets);
  const auto terms = terms_of(p, rows);
  pack_bounds(cut, terms, packed + at.bounds);
  std::vector<std::size_t> next(std::size_t(p.k), 0);
  std::uint32_t written = 0;
  for (std::int64_t block = 0; block < cut.c_blocks; ++block)
    for (std::int64_t k = 0; k < p.k; ++k) {
      const std::int64_t c0 = block * cut.block_c;
      std::size_t& i = next[std::size_t(k)];
      for (; i < terms[k].size() && terms[k][i].c < c0 + cut.block_c; ++i, ++written) {
        const Term& t = terms[k][i];
        std::memcpy(packed + at.values + written * size, t.value, size);
        offsets[written] = std::uint16_t((t.c - c0) * cut.channel + cut.offset(p, t.r, t.s));
      }
      *++starts = written;
    }
  if (bias) std::memcpy(packed + at.bias, bias, std::size_t(p.k) * 4);
  if (has_scales(p))
    std::memcpy(packed + at.scales, weights->parts[4].data(), std::size_t(p.k) * 4);
}

// A worker's scratch: the address of every pixel of every plane, the planes, the sums.
struct Scratch {
  std::int64_t taps, planes, sums, end;  // bytes
  std::int64_t length;                   // pixels of a plane
};
Scratch scratch_of(const ConvProblem& p, const SparseCut& cut) {
  Scratch s;
  s.length = round_up(cut.images * cut.rows * cut.pitch, kSparseAlign);
  s.taps = 0;
  s.planes =
      round_up(s.length * cut.row_planes * cut.column_planes * std::int64_t(sizeof(float*)), 64);
  s.sums =
      s.planes + round_up((cut.gather_blocks * cut.block_c * cut.channel + kSparseAlign) * 4, 64);
  s.end = s.sums + round_up(p.k * cut.pixels * 4, 64);
  return s;
}

std::size_t scratch_bytes(const ConvProblem& p) {
  return std::size_t(scratch_of(p, sparse_cut(p)).end) * std::size_t(p.workers);
}

int phases(const ConvProblem&) { return 1; }
std::int64_t tiles(const ConvProblem& p, int) { return sparse_cut(p).tiles(); }

// Everything a tile's steps share.
struct Tile {
  const ConvProblem& p;
  const Call& call;
  const SparseCut& cut;
  const SparseKernels& kernels;
  Packed packed;
  Scratch scratch;
  std::byte* memory;  // this worker's
  std::int64_t n0, p0, k0, images, band, outputs;
  const float** taps() const { return reinterpret_cast<const float**>(memory + scratch.taps); }
  float* planes() const { return reinterpret_cast<float*>(memory + scratch.planes); }
  float* sums() const { return reinterpret_cast<float*>(memory + scratch.sums); }
};

// The addresses of one row of one plane; the zeros stand for what lies outside the image.
void locate_row(const Tile& t, std::int64_t n, std::int64_t h, std::int64_t w, const float** taps) {
  const ConstView& x = t.call.inputs[0];
  const auto* zeros = reinterpret_cast<const float*>(t.call.packed + t.packed.zeros);
  const bool outside = n >= t.p.n || h < 0 || h >= t.p.h;
  const float* row = outside ? zeros : x.as<float>() + n * x.strides[0] + h * x.strides[2];
  for (std::int64_t i = 0; i < t.cut.pitch; ++i, w += t.p.stride_w)
    taps[i] = outside || w < 0 || w >= t.p.w ? zeros : row + w * x.strides[3];
}

void locate(const Tile& t) {
  const ConvProblem& p = t.p;
  const SparseCut& cut = t.cut;
  for (std::int64_t plane = 0; plane < cut.row_planes * cut.column_planes; ++plane) {
    const std::int64_t r = plane / cut.column_planes, s = plane % cut.column_planes;
    const std::int64_t column = s * p.dilation_w - p.pad_left;
    const std::int64_t row = t.p0 * p.stride_h + r * p.dilation_h % p.stride_h - p.pad_top;
    const float** taps = t.taps() + plane * t.scratch.length;
    for (std::int64_t i = 0; i < cut.images * cut.rows; ++i)
      locate_row(t, t.n0 + i / cut.rows, row + i % cut.rows * p.stride_h, column,
                 taps + i * cut.pitch);
    const std::int64_t filled = cut.images * cut.rows * cut.pitch;
    std::fill(taps + filled, taps + t.scratch.length,
              reinterpret_cast<const float*>(t.call.packed + t.packed.zeros));
  }
}

void gather(const Tile& t, std::int64_t first_block) {
  const SparseCut& cut = t.cut;
  SparseGather g{.length = t.scratch.length, .channel = cut.channel};
  g.first = first_block * cut.block_c;
  g.channels = std::min(cut.gather_blocks * cut.block_c, t.p.c - g.first);
  for (std::int64_t plane = 0; plane < cut.row_planes * cut.column_planes; ++plane) {
    g.taps = t.taps() + plane * t.scratch.length;
    g.planes = t.planes() + plane * cut.plane;
    t.kernels.gather(g);
  }
}

void sum(const Tile& t, std::int64_t block) {
  const SparseCut& cut = t.cut;
  SparseSum s;
  s.planes = t.planes() + block % cut.gather_blocks * cut.block_c * cut.channel;
  s.sums = t.sums();
  s.starts = reinterpret_cast<const std::uint32_t*>(t.call.packed) + block * t.p.k + t.k0;
  s.values = t.call.packed + t.packed.values;
  s.offsets = reinterpret_cast<const std::uint16_t*>(t.call.packed + t.packed.offsets);
  s.outputs = t.outputs, s.pixels = cut.pixels;
  const double bytes = t.p.format->weight_bytes;
  const auto kernel = bytes == 4   ? t.kernels.sum
                      : bytes == 2 ? t.kernels.sum_bf16
                                   : t.kernels.sum_int8;
  kernel(s);
}

// The addresses of pixel `i` of the tile's linear order; false for a gap between rows or images.
template <class V>
auto pixel(const Tile& t, const V& view, std::int64_t i) -> decltype(view.template as<float>()) {
  const std::int64_t q = i % t.cut.pitch, row = i / t.cut.pitch;
  const std::int64_t n = row / t.cut.rows, p = row % t.cut.rows;
  if (q >= t.p.q() || p >= t.band || n >= t.images) return nullptr;
  return view.template as<float>() + (t.n0 + n) * view.strides[0] + (t.p0 + p) * view.strides[2] +
         q * view.strides[3] + t.k0;
}

void finish(const Tile& t) {
  SparseFinish f;
  f.bias = reinterpret_cast<const float*>(t.call.packed + t.packed.bias) + t.k0;
  if (has_scales(t.p))
    f.scale = reinterpret_cast<const float*>(t.call.packed + t.packed.scales) + t.k0;
  f.add = t.p.ends.add;
  f.outputs = t.outputs, f.pixels = t.cut.pixels;
  f.activation = t.p.ends.activation, f.a = t.p.ends.a, f.b = t.p.ends.b;
  for (std::int64_t i = 0; i < t.cut.pixels; i += 16) {
    f.sums = t.sums() + i;
    for (int j = 0; j < 16; ++j) {
      f.y[j] = pixel(t, t.call.outputs[0], i + j);
      if (f.add) f.residual[j] = pixel(t, t.call.inputs[1], i + j);
    }
    t.kernels.finish(f);
  }
}

void run_tile(Tile& t, std::int64_t index) {
  const SparseCut& cut = t.cut;
  const auto* bounds = reinterpret_cast<const std::uint32_t*>(t.call.packed + t.packed.bounds) +
                       index % cut.k_blocks;
  t.k0 = bounds[0];
  t.outputs = bounds[1] - bounds[0];
  if (t.outputs == 0) return;
  t.p0 = index / cut.k_blocks % cut.bands * cut.band;
  t.n0 = index / cut.k_blocks / cut.bands * cut.images;
  t.band = std::min(cut.band, t.p.p() - t.p0);
  t.images = std::min(cut.images, t.p.n - t.n0);
  locate(t);
  std::memset(t.sums(), 0, std::size_t(t.outputs * cut.pixels) * 4);
  for (std::int64_t block = 0; block < cut.c_blocks; ++block) {
    if (block % cut.gather_blocks == 0) gather(t, block);
    sum(t, block);
  }
  finish(t);
}

void run(const ConvProblem& p, const Call& call, int, Range range, Worker worker) {
  const SparseCut cut = sparse_cut(p);
  const auto* starts = reinterpret_cast<const std::uint32_t*>(call.packed);
  const Scratch scratch = scratch_of(p, cut);
  Tile tile{.p = p,
            .call = call,
            .cut = cut,
            .kernels = sparse_kernels_for(p.isa),
            .packed = packed_of(p, cut, starts[cut.c_blocks * p.k]),
            .scratch = scratch,
            .memory = call.scratch + worker.index * scratch.end};
  for (std::int64_t i = range.begin; i < range.end; ++i) run_tile(tile, i);
}

}  // namespace

extern constinit const ConvRow sparse_direct_row{
    .name = "sparse_direct",
    .summary = "CSR weights; vectors of pixels, work in proportion to the non-zeros",
    .version = 3,
    .tolerance = {1e-6},
    .accepts = accepts,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .phases = phases,
    .tiles = tiles,
    .run = run,
    .work = [](const ConvProblem& p) { return 2.5 * p.density * double(p.macs()); }};

}  // namespace dlis
