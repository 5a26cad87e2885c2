// The rows of one problem, each beside the fastest.
#include "bench.h"
#include "json_output.h"

namespace dlis::app {
namespace {

constexpr int kReal = 6;  // the column of GFLOP/s without zeros, for formats that leave them out

std::vector<std::string> cells_of(const RowTiming& t) {
  if (!t.refusal.empty())
    return {t.row->name, "-", "-", "-", "-", "-", "-", "-", "-", "-", t.refusal};
  return {t.row->name,
          fmt::format("{:.4f}", t.median_ms),
          fmt::format("{:.4f}", t.p10_ms),
          fmt::format("{:.4f}", t.p90_ms),
          text_of(t.ratio),
          fmt::format("{:.1f}", t.gflops),
          t.real_gflops > 0 ? fmt::format("{:.1f}", t.real_gflops) : "-",
          percent(t.share.value),
          std::to_string(t.packed_bytes),
          std::to_string(t.scratch_bytes),
          ""};
}

Json json_of(const Estimate& e) { return {{"median", e.value}, {"low", e.low}, {"high", e.high}}; }

// What was measured of a row, and by round its time and the lower of the FMA ceilings right before
// and after.
Json json_of(const ProblemTimings& all, const RowTiming& t, const std::vector<double>& gflops) {
  Json object{{"row", t.row->name}, {"problem", line(all.problem)}};
  object["refused"] = t.refusal.empty() ? Json() : Json(t.refusal);
  if (!t.refusal.empty()) return object;
  object.update({{"median_ms", t.median_ms},
                 {"p10_ms", t.p10_ms},
                 {"p90_ms", t.p90_ms},
                 {"to_fastest", json_of(t.ratio)},
                 {"gflops", t.gflops},
                 {"real_gflops", t.real_gflops > 0 ? Json(t.real_gflops) : Json()},
                 {"limit_ms", t.limit_ms},
                 {"share_of_limit", json_of(t.share)},
                 {"packed_bytes", t.packed_bytes},
                 {"scratch_bytes", t.scratch_bytes},
                 {"rounds", all.turns.rounds.size()},
                 {"kept", all.turns.kept},
                 {"ceiling",
                  {{"gflops", all.ceiling.gflops},
                   {"gbytes_per_s", all.ceiling.gbytes},
                   {"bf16_gflops", all.ceiling.bf16_gflops},
                   {"int8_gops", all.ceiling.int8_gops}}},
                 {"round_ms", t.ms},
                 {"round_gflops", gflops}});
  return object;
}

void print_objects(const ProblemTimings& timings) {
  std::vector<double> gflops;
  for (const Round& round : timings.turns.rounds) gflops.push_back(round.gflops());
  for (const RowTiming& t : timings.rows) print_line(json_of(timings, t, gflops));
}

}  // namespace

void print_problem(const ProblemTimings& timings, bool json) {
  if (json) return print_objects(timings);
  const Ceiling& c = timings.ceiling;
  print(fmt::format("{}: {} multiply-adds; limit {:.4f} ms at {:.1f} G{}/s and {:.1f} GB/s\n",
                    line(timings.problem), count(timings.problem.macs()), timings.limit_ms,
                    arithmetic_rate(timings.problem, c), timings.problem.integer() ? "OP" : "FLOP",
                    c.gbytes));
  print(fmt::format("{} of {} rounds kept, whose ceilings reach 90 % of the best{}\n",
                    timings.turns.kept, timings.turns.rounds.size(),
                    timings.turns.kept ? "" : "; so all are shown"));
  std::vector<std::vector<std::string>> lines{
      {"row", "median ms", "p10 ms", "p90 ms", "times the fastest", "GFLOP/s", "real",
       "share of its limit", "packed bytes", "scratch bytes", "refused"}};
  for (const RowTiming& t : timings.rows) lines.push_back(cells_of(t));
  const bool sparse = timings.problem.format && timings.problem.format->sparse;
  if (!sparse)
    for (auto& cells : lines) cells.erase(cells.begin() + kReal);
  print(text_table(lines, "lrrrrrrrrrl"));
}

}  // namespace dlis::app
