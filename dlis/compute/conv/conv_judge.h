// Judges rows against the reference on one case, for the test and the fuzz target.
#pragma once
#include "dlis/compute/conv/conv_case.h"

namespace dlis {

// The largest distance from the truth as a share of what the sum's terms and ends add up to: from
// what the reference gave where that is f32 as well.
inline double error(ConvCase& c, const std::vector<float>& got, const std::vector<float>& want,
                    int tile) {
  const ConvProblem& p = c.problem();
  double worst = 0;
  std::size_t i = 0;
  for (std::int64_t n = 0; n < p.n; ++n)
    for (std::int64_t y = 0; y < p.p(); ++y)
      for (std::int64_t q = 0; q < p.q(); ++q)
        for (std::int64_t k = 0; k < p.k; ++k, ++i)
          if (got[i] != want[i]) worst = std::max(worst, c.error_at(n, y, q, k, got[i], tile));
  return worst;
}

// What is wrong with a row on a case; empty: nothing.
inline std::string judge(const ConvRow& row, ConvCase& c, const std::vector<float>& want) {
  c.set_workers(1);
  c.prepare(row);
  const std::vector<float> got = c.once(row);
  const double distance = error(c, got, want, row.tolerance.tile);
  const std::string where =
      line(c.problem()) + " " + row.name + " " + std::string(name_of(c.problem().isa)) + ": ";
  if (!(distance <= row.tolerance.relative)) return where + "off by " + std::to_string(distance);
  if (!c.clean_outside()) return where + "writes outside of its view";
  const auto same = [&](const std::vector<float>& other) {
    return std::memcmp(got.data(), other.data(), got.size() * sizeof(float)) == 0;
  };
  if (is_neon(c.problem().isa)) {
    c.set_in_order(true);
    const bool equal = same(c.once(row));
    c.set_in_order(false);
    if (!equal) return where + "other bits on cores that run in order";
  }
  c.whole(row);
  if (!same(c.outputs())) return where + "other bits for one range than for single tiles";
  for (int workers : {2, 3, 7}) {
    c.set_workers(workers);
    c.prepare(row);
    if (!same(c.once(row))) return where + "other bits for other workers";
    if (!c.clean_outside()) return where + "writes outside of its view";
  }
  return {};
}

inline std::vector<float> truth(ConvCase& c) {
  const ConvRow& reference = *find_conv_row("reference");
  c.set_isa(Isa::generic);
  c.prepare(reference);
  return c.once(reference);
}

inline std::string judge_all(ConvCase& c, const std::vector<const ConvRow*>& rows) {
  const std::vector<float> want = truth(c);
  for (const ConvRow* row : rows)
    for (Isa isa : host_isas()) {
      c.set_isa(isa);
      if (!accepts(*row, c.problem())) continue;
      if (std::string wrong = judge(*row, c, want); !wrong.empty()) return wrong;
    }
  return {};
}

}  // namespace dlis
