// Makes, keeps and executes oneDNN's convolutions, each on the calling thread alone.
//
// The library would spread a primitive over OpenMP's threads, which beside our pool fight for the
// cores; so it is told of one thread whenever it is called, and the caller's setting is put back.
#include "dlis/compute/conv/onednn_band.h"

#include <array>
#include <bit>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>

#include "dlis/base/check.h"
#include "oneapi/dnnl/dnnl.hpp"

extern "C" {  // <omp.h>, which clang has not without its own runtime; the library uses GCC's
int omp_get_max_threads(void);
void omp_set_num_threads(int);
}

namespace dlis {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
constexpr auto kFloat = memory::data_type::f32;

class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

// DLIS_ISA caps the library's kernels as it caps ours.
dnnl::engine make_engine() {
  const Isa isa = host_isa();
  if (isa == Isa::generic) dnnl::set_max_cpu_isa(dnnl::cpu_isa::sse41);
  if (isa == Isa::avx2) dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);
  return dnnl::engine(dnnl::engine::kind::cpu, 0);
}
const dnnl::engine& engine() {
  static const dnnl::engine the_engine = make_engine();
  return the_engine;
}
dnnl::stream& stream() {
  thread_local dnnl::stream the_stream(engine());
  return the_stream;
}

memory::dims weight_dims(const ConvProblem& p) {
  if (p.groups == 1) return {p.k, p.c, p.r, p.s};
  return {p.groups, p.k / p.groups, p.c / p.groups, p.r, p.s};
}

void append_activation(const FusedEnds& ends, dnnl::post_ops& ops) {
  using dnnl::algorithm;
  switch (ends.activation) {
    case Activation::none:
      return;
    case Activation::relu:
      return ops.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
    case Activation::clip:
      return ops.append_eltwise(1, algorithm::eltwise_clip, ends.a, ends.b);
    case Activation::leaky_relu:
      return ops.append_eltwise(1, algorithm::eltwise_relu, ends.a, 0);
    case Activation::hardswish:
      return ops.append_eltwise(1, algorithm::eltwise_hardswish, 0, 0);
    case Activation::hardsigmoid:
      ops.append_eltwise(1, algorithm::eltwise_linear, ends.a, ends.b);
      return ops.append_eltwise(1, algorithm::eltwise_clip, 0, 1);
    case Activation::sigmoid:
      return ops.append_eltwise(1, algorithm::eltwise_logistic, 0, 0);
  }
}

}  // namespace

struct OnednnConv::State {
  dnnl::convolution_forward::primitive_desc desc;
  dnnl::convolution_forward primitive;
  memory::desc plain_weights, residual;
};

namespace {

std::unique_ptr<OnednnConv::State> make(const ConvProblem& p, const OnednnBand& band,
                                        const OnednnConv* like) {
  const OneThread one;
  const memory::desc x({band.images, p.c, band.in_rows, p.w}, kFloat, Tag::nhwc);
  const memory::desc y({band.images, p.k, band.out_rows, p.q()}, kFloat, Tag::nhwc);
  const memory::desc bias =
      p.ends.bias ? memory::desc({p.k}, kFloat, Tag::x) : memory::desc(memory::dims{}, kFloat, {});
  const memory::desc weights =
      like ? like->state().desc.weights_desc() : memory::desc(weight_dims(p), kFloat, Tag::any);
  dnnl::post_ops ops;
  if (p.ends.add) ops.append_binary(dnnl::algorithm::binary_add, y);
  append_activation(p.ends, ops);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(ops);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const memory::dims strides{p.stride_h, p.stride_w}, dilates{p.dilation_h - 1, p.dilation_w - 1};
  const memory::dims before{band.pad_top, p.pad_left}, after{band.pad_bottom, p.pad_right};
  const auto inference = dnnl::prop_kind::forward_inference;
  const auto direct = dnnl::algorithm::convolution_direct;
  using Desc = dnnl::convolution_forward::desc;
  const Desc what =
      p.ends.bias ? Desc(inference, direct, x, weights, bias, y, strides, dilates, before, after)
                  : Desc(inference, direct, x, weights, y, strides, dilates, before, after);
  auto state = std::make_unique<OnednnConv::State>();
  state->desc = {what, attributes, engine(), true};
  if (!state->desc) return nullptr;
  if (std::string_view(state->desc.impl_info_str()).starts_with("ref")) return nullptr;
  state->primitive = dnnl::convolution_forward(state->desc);
  state->plain_weights = {weight_dims(p), kFloat, p.groups == 1 ? Tag::oihw : Tag::goihw};
  state->residual = y;
  return state;
}

// Everything that decides a primitive.
using Key = std::array<std::int64_t, 24>;

Key key_of(const ConvProblem& p, const OnednnBand& band, bool like) {
  const FusedEnds& ends = p.ends;
  return {band.images,
          band.in_rows,
          band.out_rows,
          band.pad_top,
          band.pad_bottom,
          p.w,
          p.c,
          p.k,
          p.r,
          p.s,
          p.pad_left,
          p.pad_right,
          p.stride_h,
          p.stride_w,
          p.dilation_h,
          p.dilation_w,
          p.groups,
          ends.bias,
          ends.add,
          std::int64_t(ends.activation),
          std::bit_cast<std::int32_t>(ends.a),
          std::bit_cast<std::int32_t>(ends.b),
          like,
          0};
}

struct Table {
  std::shared_mutex mutex;
  std::map<Key, std::unique_ptr<OnednnConv>> convs;  // null: there is none
};
Table& table() {
  static Table the_table;
  return the_table;
}

}  // namespace

const OnednnConv* onednn_conv(const ConvProblem& problem, const OnednnBand& band,
                              const OnednnConv* like) {
  Table& t = table();
  const Key key = key_of(problem, band, like != nullptr);
  {
    std::shared_lock lock(t.mutex);
    if (const auto it = t.convs.find(key); it != t.convs.end()) return it->second.get();
  }
  std::unique_ptr<OnednnConv::State> state;
  try {
    state = make(problem, band, like);
  } catch (const dnnl::error&) {  // the library refuses the sizes
  }
  std::unique_lock lock(t.mutex);
  auto [it, added] = t.convs.try_emplace(key);
  if (added && state) it->second = std::make_unique<OnednnConv>(std::move(state));
  return it->second.get();
}

OnednnConv::OnednnConv(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnednnConv::~OnednnConv() = default;

std::size_t OnednnConv::weights_bytes() const { return state_->desc.weights_desc().get_size(); }
std::size_t OnednnConv::scratch_bytes() const { return state_->desc.scratchpad_desc().get_size(); }

void OnednnConv::pack(const float* weights, float* to) const {
  const OneThread one;
  memory from(state_->plain_weights, engine(), const_cast<float*>(weights));
  memory packed(state_->desc.weights_desc(), engine(), to);
  dnnl::reorder(from, packed).execute(stream(), from, packed);
}

void OnednnConv::run(const Operands& o) const {
  const OneThread one;
  const auto bound = [](const memory::desc& desc, const void* data) {
    return memory(desc, engine(), const_cast<void*>(data));
  };
  const auto& desc = state_->desc;
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, bound(desc.src_desc(), o.x)},
      {DNNL_ARG_WEIGHTS, bound(desc.weights_desc(), o.weights)},
      {DNNL_ARG_DST, bound(desc.dst_desc(), o.y)},
      {DNNL_ARG_SCRATCHPAD, bound(desc.scratchpad_desc(), o.scratch)}};
  if (o.bias) arguments.emplace(DNNL_ARG_BIAS, bound(desc.bias_desc(), o.bias));
  if (o.residual)
    arguments.emplace(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1,
                      bound(state_->residual, o.residual));
  state_->primitive.execute(stream(), arguments);
}

}  // namespace dlis
