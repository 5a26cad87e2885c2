// The truth of reductions, softmax and products of matrices.
#include <algorithm>
#include <cmath>
#include <limits>

#include "dlis/compute/nn/nn_truth.h"

namespace dlis::truth {
namespace {

enum class Kind { sum, mean, max };

Array reduce(const Array& x, const std::vector<bool>& along, bool keeps, Kind kind) {
  Index kept, shape;
  for (std::size_t i = 0; i < x.shape.size(); ++i) {
    kept.push_back(along[i] ? 1 : x.shape[i]);
    if (keeps || !along[i]) shape.push_back(kept.back());
  }
  Array out(kept);
  std::fill(out.values.begin(), out.values.end(),
            kind == Kind::max ? -std::numeric_limits<double>::infinity() : 0);
  for_index(x.shape, [&](const Index& i) {
    Index to = i;
    for (std::size_t axis = 0; axis < i.size(); ++axis)
      if (along[axis]) to[axis] = 0;
    double& y = out.at(to);
    y = kind == Kind::max ? std::max(y, x.at(i)) : y + x.at(i);
  });
  if (kind == Kind::mean)
    for (double& y : out.values) y *= double(out.count()) / double(x.count());
  out.shape = shape;
  return out;
}

template <Kind kind>
Outputs reduce_axes(const Attributes& a, const Inputs& in) {
  const Ints axes = a.ints("axes");
  const bool nothing = a.integer("noop_with_empty_axes") != 0;
  std::vector<bool> along(in[0].shape.size(), axes.empty() && !nothing);
  for (std::int64_t axis : axes) along[std::size_t(axis)] = true;
  return {reduce(in[0], along, a.integer("keepdims", 1) != 0, kind)};
}

template <Kind kind>
Outputs reduce_space(const Attributes&, const Inputs& in) {
  std::vector<bool> along(in[0].shape.size(), true);
  along[0] = along[1] = false;
  return {reduce(in[0], along, true, kind)};
}

template <bool is_log>
Outputs softmax(const Attributes& a, const Inputs& in) {
  const Array& x = in[0];
  const auto axis = std::size_t(a.integer("axis"));
  std::vector<bool> along(x.shape.size(), false);
  for (std::size_t i = axis; i < along.size(); ++i)
    along[i] = i == axis || a.integer("coerce") != 0;
  const Array largest = reduce(x, along, true, Kind::max);
  Array terms(x.shape), out(x.shape);
  for_index(x.shape, [&](const Index& i) { terms.at(i) = std::exp(x.at(i) - largest.spread(i)); });
  const Array sums = reduce(terms, along, true, Kind::sum);
  for_index(x.shape, [&](const Index& i) {
    out.at(i) = is_log ? x.at(i) - largest.spread(i) - std::log(sums.spread(i))
                       : terms.at(i) / sums.spread(i);
  });
  return {out};
}

// The batch part of an index, broadcast to an operand with `matrix_axes` axes of its own.
Index batch_of(const Array& x, Index batch) {
  const std::size_t own = x.shape.size() - 2;
  batch.erase(batch.begin(), batch.end() - std::ptrdiff_t(own));
  for (std::size_t i = 0; i < own; ++i)
    if (x.shape[i] == 1) batch[i] = 0;
  return batch;
}

Outputs matmul(const Attributes&, const Inputs& in) {
  Array a = in[0], b = in[1];
  const bool is_row = a.shape.size() == 1, is_column = b.shape.size() == 1;
  if (is_row) a.shape.insert(a.shape.begin(), 1);
  if (is_column) b.shape.push_back(1);
  const std::size_t ra = a.shape.size(), rb = b.shape.size(), rank = std::max(ra, rb);
  Index shape(rank, 1);
  for (std::size_t i = 0; i + 2 < ra; ++i) shape[rank - ra + i] = a.shape[i];
  for (std::size_t i = 0; i + 2 < rb; ++i)
    shape[rank - rb + i] = std::max(shape[rank - rb + i], b.shape[i]);
  shape[rank - 2] = a.shape[ra - 2];
  shape[rank - 1] = b.shape[rb - 1];
  Array out(shape);
  for_index(shape, [&](const Index& i) {
    const Index batch(i.begin(), i.end() - 2);
    Index at = batch_of(a, batch), bt = batch_of(b, batch);
    at.insert(at.end(), {i[rank - 2], 0});
    bt.insert(bt.end(), {0, i[rank - 1]});
    for (std::int64_t k = 0; k < a.shape[ra - 1]; ++k) {
      at[ra - 1] = bt[rb - 2] = k;
      out.at(i) += a.at(at) * b.at(bt);
    }
  });
  if (is_row) out.shape.erase(out.shape.end() - 2);
  if (is_column) out.shape.pop_back();
  return {out};
}

Outputs gemm(const Attributes& a, const Inputs& in) {
  const bool ta = a.integer("transA") != 0, tb = a.integer("transB") != 0;
  Array out(Index{in[0].shape[ta ? 1 : 0], in[1].shape[tb ? 0 : 1]});
  for_index(out.shape, [&](const Index& i) {
    double sum = 0;
    for (std::int64_t k = 0; k < in[0].shape[ta ? 0 : 1]; ++k)
      sum += in[0].at(ta ? Index{k, i[0]} : Index{i[0], k}) *
             in[1].at(tb ? Index{i[1], k} : Index{k, i[1]});
    out.at(i) = double(a.real("alpha", 1)) * sum;
    if (in.size() > 2) out.at(i) += double(a.real("beta", 1)) * in[2].spread(i);
  });
  return {out};
}

}  // namespace

void add_sums(Functions& functions) {
  functions["ReduceSum"] = reduce_axes<Kind::sum>;
  functions["ReduceMean"] = reduce_axes<Kind::mean>;
  functions["ReduceMax"] = reduce_axes<Kind::max>;
  functions["GlobalAveragePool"] = reduce_space<Kind::mean>;
  functions["GlobalMaxPool"] = reduce_space<Kind::max>;
  functions["Softmax"] = softmax<false>;
  functions["LogSoftmax"] = softmax<true>;
  functions["MatMul"] = matmul;
  functions["Gemm"] = gemm;
}

}  // namespace dlis::truth
