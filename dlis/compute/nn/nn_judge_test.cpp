// Runs a case in every order of memory, ISA and number of workers, and compares with the truth.
#include "dlis/compute/nn/nn_judge.h"

#include <algorithm>

#include "dlis/compute/nn/nn_truth.h"

namespace dlis {

namespace {

truth::Index index_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

// The values of a case, the same for every order of memory, and what has to come out.
struct Expected {
  Listed listed;
  DType from, to;
  truth::Inputs inputs;
  truth::Outputs outputs;
};

double rounded(double x, DType type) {
  std::byte bytes[8];
  put_number(type == DType::f32 || type == DType::f16 || type == DType::bf16 ? x : std::floor(x),
             type, bytes);
  return number_at(bytes, type);
}

Attributes attributes_of(const Listed& listed) {
  Attributes attributes;
  for (const auto& [name, value] : listed.attributes) attributes.set(name, value);
  return attributes;
}

Expected expect(const Listed& listed, DType from, DType to) {
  Expected e{listed, from, to, {}, {}};
  Rng rng(11);
  for (const Shape& shape : listed.inputs) {
    truth::Array array(index_of(shape));
    for (double& x : array.values) x = rounded(rng.uniform(listed.low, listed.high), from);
    e.inputs.push_back(array);
  }
  e.outputs = truth::functions().at(listed.op)(attributes_of(listed), e.inputs);
  const bool whole = to != DType::f32 && to != DType::f16 && to != DType::bf16;
  for (double& x : e.outputs[0].values)
    if (from != to || whole) x = rounded(whole ? std::trunc(x) : x, to);
  return e;
}

OpCase build(const Expected& e, Lie in, Lie out) {
  OpCase c;
  c.problem.op = e.listed.op;
  c.problem.attributes = attributes_of(e.listed);
  for (const truth::Array& array : e.inputs) {
    LaidOut& laid =
        c.inputs.emplace_back(e.from, Shape(std::span<const std::int64_t>(array.shape)), in);
    auto value = array.values.begin();
    laid.for_each([&](std::byte* p) { put_number(*value++, e.from, p); });
  }
  for (const truth::Array& array : e.outputs)
    c.outputs.emplace_back(e.to, Shape(std::span<const std::int64_t>(array.shape)), out);
  return c;
}

// The largest distance from the truth as a share of the largest value.
double error(OpCase& c, const Expected& e) {
  double worst = 0;
  for (std::size_t i = 0; i < c.outputs.size(); ++i) {
    double largest = 0;
    for (double x : e.outputs[i].values) largest = std::max(largest, std::abs(x));
    auto want = e.outputs[i].values.begin();
    c.outputs[i].for_each([&](std::byte* p) {
      const double got = number_at(p, e.to), distance = std::abs(got - *want);
      const double share = largest > 0 ? distance / largest : distance;
      if (!(share <= worst)) worst = std::isnan(share) ? 1e30 : share;
      ++want;
    });
  }
  return worst;
}

std::vector<std::byte> bytes_of(const OpCase& c) {
  std::vector<std::byte> all;
  for (const LaidOut& out : c.outputs)
    all.insert(all.end(), out.bytes().data(), out.bytes().data() + out.bytes().size());
  return all;
}

bool clean(OpCase& c) {
  return std::all_of(c.outputs.begin(), c.outputs.end(),
                     [](LaidOut& out) { return out.clean_outside(); });
}

std::string wrong_with(const OpRow& row, OpCase& c, const Expected& e) {
  c.problem.workers = 1;
  c.prepare(row);
  if (!c.verdict) return "refused: " + c.verdict.reason;
  c.run_tiles();
  const double distance = error(c, e);
  if (!(distance <= row.tolerance.relative))
    return "off by " + std::to_string(distance * 1e6) + "e-6";
  if (!clean(c)) return "writes outside of its view";
  const std::vector<std::byte> bits = bytes_of(c);
  c.poison();
  c.run();
  if (bytes_of(c) != bits) return "other bits for one range than for single tiles";
  for (int workers : {2, 5}) {
    c.problem.workers = workers;
    c.prepare(row);
    c.run_tiles();
    if (bytes_of(c) != bits) return "other bits for " + std::to_string(workers) + " workers";
  }
  return {};
}

std::string place(const OpCase& c, Lie in, Lie out) {
  std::string text = c.problem.op;
  for (const LaidOut& x : c.inputs) text += " " + x.desc().shape.text();
  return text + " on " + std::string(name_of(c.problem.isa)) + ", in memory " +
         std::to_string(int(in)) + " to " + std::to_string(int(out)) + ": ";
}

// `fixed`: the inputs from this one on are constants of the problem; 0: none is.
std::string judge_orders(const OpRow& row, const Expected& e, std::size_t fixed) {
  const bool is_large = e.outputs[0].count() > 4000;
  for (Lie in : kLies)
    for (Lie out : kLies) {
      if (is_large && in != out) continue;
      for (Isa isa : row.enqueue ? std::vector{host_isa()} : host_isas()) {
        OpCase c = build(e, in, out);
        c.problem.isa = isa;
        for (std::size_t i = fixed; fixed > 0 && i < c.inputs.size(); ++i) c.make_constant(i);
        if (std::string wrong = wrong_with(row, c, e); !wrong.empty())
          return place(c, in, out) + wrong;
      }
    }
  return {};
}

}  // namespace

std::string judge(const OpRow& row, const Listed& listed, DType from, DType to) {
  const Expected e = expect(listed, from, to);
  const std::string wrong = judge_orders(row, e, 0);
  // A device may take constants only.
  const bool fixed_only = row.enqueue && wrong.find("refused: ") != std::string::npos;
  if (!wrong.empty() && !(fixed_only && listed.inputs.size() > 1)) return wrong;
  return listed.inputs.size() > 1 ? judge_orders(row, e, 1) : "";
}

std::string judge(const OpRow& row, const Listed& listed, DType from) {
  return judge(row, listed, from, from);
}

std::string judge_gather(const Shape& data, const Shape& indices, int axis, DType type) {
  Rng rng(5);
  Expected e{
      {"Gather", {data, indices}, {{"axis", std::int64_t(axis)}}}, DType::f32, DType::f32, {}, {}};
  e.inputs = {truth::Array(index_of(data)), truth::Array(index_of(indices))};
  for (double& x : e.inputs[0].values) x = double(rng.below(1000));
  for (double& x : e.inputs[1].values) x = double(rng.below(2 * data[axis]) - data[axis]);
  e.outputs = truth::functions().at("Gather")(attributes_of(e.listed), e.inputs);
  for (Lie in : kLies)
    for (Lie out : kLies)
      for (bool is_fixed : {false, true}) {
        OpCase c = build(e, in, out);
        c.inputs[1] = LaidOut(type, indices, in);
        auto value = e.inputs[1].values.begin();
        c.inputs[1].for_each([&](std::byte* p) { put_number(*value++, type, p); });
        if (is_fixed) c.make_constant(1);
        if (std::string wrong = wrong_with(*find_op_row("Gather"), c, e); !wrong.empty())
          return place(c, in, out) + wrong;
      }
  return {};
}

std::string judge_in_place(const std::string& op) {
  const Shape shape{2, 37, 5, 6};
  Listed listed{op.c_str(), {shape}, {{"axis", std::int64_t(1)}}};
  if (op == "Add") listed.inputs = {shape, shape};
  if (op == "Sum") listed.inputs = {shape, shape, shape};
  const Expected e = expect(listed, DType::f32, DType::f32);
  for (Lie lie : kLies)
    for (Isa isa : host_isas()) {
      OpCase c = build(e, lie, lie);
      c.problem.isa = isa;
      c.prepare(*find_op_row(op));
      c.overwrite_first_input();
      c.run();
      std::swap(c.inputs[0], c.outputs[0]);  // that is where the result went
      if (!(error(c, e) <= find_op_row(op)->tolerance.relative))
        return place(c, lie, lie) + "off in place";
    }
  return {};
}

}  // namespace dlis
