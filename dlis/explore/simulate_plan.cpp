// Steps to simulated phases, one after another.
#include "dlis/explore/simulate_plan.h"

#include "dlis/runtime/layer_timer.h"

namespace dlis {
namespace {

double bytes_of(const std::vector<TensorDesc>& descs) {
  double bytes = 0;
  for (const TensorDesc& desc : descs)
    bytes += double(desc.shape.elements()) * double(size_of(desc.type));
  return bytes;
}

template <class P>
std::vector<SimulatedPhase> phases_of(const Row<P>& row, const P& problem, const Step& step,
                                      double operations) {
  std::vector<SimulatedPhase> phases;
  for (int phase = 0; phase < row.phases(problem); ++phase) {
    const std::int64_t tiles = row.tiles(problem, phase);
    const bool last = phase + 1 == row.phases(problem);
    const double bytes = (phase == 0 ? bytes_of(step.reads) : 0) +
                         (last ? double(step.weights_bytes) + bytes_of(step.writes) : 0);
    const double each = tiles > 0 ? 1 / double(tiles) : 0;
    phases.push_back(
        {std::vector<double>(std::size_t(tiles), last ? operations * each : 0), bytes * each});
  }
  return phases;
}

SimulatedPlan simulated(const Plan& plan, const SimulatedCores& cores, const ScheduleSpec* schedule,
                        int workers) {
  SimulatedPlan out;
  SimulatedPool pool(cores);
  for (const Step& step : plan.steps) {
    double seconds = 0;
    for (const SimulatedPhase& phase : phases_of(step))
      seconds += pool.run(phase, schedule ? *schedule : step.schedule,
                          schedule ? workers : workers_of(step, plan.options));
    out.steps_ms.push_back(1e3 * seconds);
    out.ms += 1e3 * seconds;
  }
  return out;
}

}  // namespace

std::vector<SimulatedPhase> phases_of(const Step& step) {
  if (!step.conv_row) return phases_of(*step.op_row, step.other, step, 0);
  const ConvRow& row = *step.conv_row;
  const double macs = row.work ? row.work(step.conv) : double(step.conv.macs());
  return phases_of(row, step.conv, step, 2 * macs);
}

SimulatedPlan simulate_plan(const Plan& plan, const SimulatedCores& cores) {
  return simulated(plan, cores, nullptr, 0);
}

SimulatedPlan simulate_plan(const Plan& plan, const SimulatedCores& cores,
                            const ScheduleSpec& schedule, int workers) {
  return simulated(plan, cores, &schedule, workers);
}

}  // namespace dlis
