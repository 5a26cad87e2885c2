// Prints a Markdown section: the convolutions of networks by the OpenCL rows, by CLBlast and by the
// processor's fastest row, in turns.
//
//   opencl_convolutions [ROUNDS] bench/shapes/vgg16_224.txt ...
//
// Bias, residual and activation are left out, as CLBlast has none; every result is compared with
// the processor's before it is timed. Exit status: 0 done, 1 failed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>

#include "bench/opencl/clblast_run.h"
#include "dlis/base/clock.h"
#include "dlis/base/text.h"
#include "dlis/explore/bench.h"
#include "dlis/explore/row_run.h"
#include "dlis/hardware/device.h"
#include "dlis/hardware/topology.h"

namespace dlis {
namespace {

constexpr double kSeconds = 0.05;  // of a candidate in a round
constexpr double kFar = 1e-3;      // of the largest output: another result

struct Entrant {
  std::string name;
  const ConvRow* row = nullptr;  // null: CLBlast
  std::function<void()> once;
  std::function<std::vector<float>()> outputs;  // in the order n, k, p, q
};

std::vector<float> in_nchw(const View& y) {
  std::vector<float> values;
  for (std::int64_t n = 0; n < y.shape[0]; ++n)
    for (std::int64_t k = 0; k < y.shape[1]; ++k)
      for (std::int64_t p = 0; p < y.shape[2]; ++p)
        for (std::int64_t q = 0; q < y.shape[3]; ++q)
          values.push_back(y.as<float>()[n * y.strides[0] + k * y.strides[1] + p * y.strides[2] +
                                         q * y.strides[3]]);
  return values;
}

// All that compute one problem, the processor's fastest row first.
class Field {
 public:
  explicit Field(const ConvProblem& problem)
      : problem_(problem),
        operands_(problem_, 1),
        weights_(*formats().front()->encode(operands_.weights)),
        pool_(problem.workers),
        schedule_(*parse_schedule("static")) {
    std::vector<Entrant> rows;
    for (const ConvRow* row : conv_rows())
      if (row->name != std::string_view("reference") && accepts(*row, problem_))
        rows.push_back(of_row(*row));
    const auto host = std::stable_partition(rows.begin(), rows.end(), [](const Entrant& entrant) {
      return entrant.row->device == std::string_view("cpu");
    });
    entrants_.push_back(*std::min_element(
        rows.begin(), host, [](auto& a, auto& b) { return least_ms(a) < least_ms(b); }));
    entrants_.insert(entrants_.end(), host, rows.end());
    if (ClblastRun::accepts(problem_)) entrants_.push_back(of_clblast());
  }
  const std::vector<Entrant>& entrants() const { return entrants_; }

  // Errors: another result than the processor's.
  Status check() const {
    std::vector<float> want;
    for (const Entrant& entrant : entrants_) {
      entrant.once();
      const std::vector<float> y = entrant.outputs();
      if (want.empty()) want = y;
      double most = 0, off = 0;
      for (std::size_t i = 0; i < y.size(); ++i) {
        most = std::max(most, std::abs(double(want[i])));
        off = std::max(off, std::isnan(y[i]) ? 1e30 : std::abs(double(want[i]) - double(y[i])));
      }
      if (off > kFar * most) return fail(entrant.name + " gives another result", line(problem_));
    }
    return {};
  }

 private:
  static double least_ms(const Entrant& entrant) {
    double least = 1e30;
    for (int run = 0; run < 4; ++run) {
      const double start = now_ms();
      entrant.once();
      least = std::min(least, now_ms() - start);
    }
    return least;
  }
  Entrant of_row(const ConvRow& row) {
    const auto run = std::make_shared<RowRun>(row, problem_, weights_, operands_);
    return {row.name, &row, [this, run] { run->once(pool_, schedule_); },
            [this, run] {
              (void)run->fetch();
              return in_nchw(operands_.write);
            }};
  }
  Entrant of_clblast() {
    const auto run = std::make_shared<ClblastRun>(problem_, operands_.reads[0],
                                                  operands_.weights.as<float>().data());
    return {"CLBlast", nullptr, [run] { (void)run->once(); }, [run] { return run->outputs(); }};
  }

  const ConvProblem problem_;
  RowOperands operands_;
  const Encoded weights_;
  Pool pool_;
  const ScheduleSpec schedule_;
  std::vector<Entrant> entrants_;
};

double limit_of(const Entrant& entrant, const ConvProblem& p, const Ceiling& ceiling) {
  return entrant.row ? roofline_ms(*entrant.row, p, ceiling) : roofline_ms(p, ceiling);
}

// One row of the table an entrant.
Status print(ConvProblem problem, int rounds) {
  problem.ends = {};
  problem.isa = host_isa();
  problem.workers = int(host_topology().usable_cpus());
  const Field field(problem);
  DLIS_TRY(field.check());
  std::vector<std::function<void()>> runs;
  for (const Entrant& entrant : field.entrants()) runs.push_back(entrant.once);
  const Turns turns = measure_in_turns(runs, problem.workers, rounds, kSeconds);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Entrant& entrant = field.entrants()[i];
    const double ms = median(turns.times(i));
    const Estimate share = estimate_median(turns.samples([&](const Round& round) {
      return limit_of(entrant, problem, round.ceiling()) / round.ms[i];
    }));
    const Estimate speed = turns.ratio(0, i);
    fmt::print("| {} | {} | {:.3f} | {:.1f} | {:.0f} % | {:.2f} ({:.2f} to {:.2f}) |\n",
               i == 0 ? problem.label : "", entrant.name, ms, 2e-6 * double(problem.macs()) / ms,
               100 * share.value, speed.value, speed.low, speed.high);
  }
  std::fflush(stdout);
  return {};
}

Status print_all(std::span<char*> arguments) {
  int rounds = 30;
  if (!arguments.empty())
    if (const auto given = parse_integer(arguments[0])) {
      rounds = int(*given);
      arguments = arguments.subspan(1);
    }
  fmt::print(
      "Convolutions on {}, {} rounds in turns beside the processor's fastest row ({} threads).\n"
      "The limit is the row's own arithmetic or traffic; the speed is the processor's time over\n"
      "the row's, with its 95 % interval.\n\n"
      "| layer | by | ms | GFLOP/s | of its limit | speed beside the processor's row |\n"
      "|---|---|---|---|---|---|\n",
      find_device("opencl")->describe(), rounds, host_topology().usable_cpus());
  for (const char* file : arguments) {
    std::ifstream in(file);
    if (!in) return fail("there is no such file", file);
    for (std::string text; std::getline(in, text);)
      if (!text.empty() && text[0] != '#') {
        const ConvProblem problem = DLIS_TRY(parse_conv_problem(text));
        DLIS_TRY(print(problem, rounds));
      }
  }
  return {};
}

}  // namespace
}  // namespace dlis

int main(int count, char** arguments) {
  const auto status = dlis::print_all({arguments + 1, std::size_t(count - 1)});
  if (!status) fmt::print(stderr, "{}\n", status.error().message());
  return status ? 0 : 1;
}
