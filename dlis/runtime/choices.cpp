// The decisions of a plan.
#include <algorithm>

#include "dlis/runtime/plan.h"
#include "dlis/runtime/split.h"

namespace dlis {

int workers_of(const Step& step, const PlanOptions& options) {
  return step.workers > 0 ? std::min(step.workers, options.threads) : options.threads;
}

Choices choices_of(const Plan& plan) {
  Choices out;
  for (const Step& step : plan.steps) {
    const int workers = workers_of(step, plan.options);
    if (!step.conv_row && workers < plan.options.threads)
      out[step.name] = {step.op_row->name, "", text_of(step.schedule), "", workers};
    if (!step.conv_row) continue;
    out[step.name] = {step.conv_row->name,
                      step.conv.format->name,
                      text_of(step.schedule),
                      std::string(name_of(step.conv.type)),
                      workers < plan.options.threads ? workers : 0,
                      step.conv.workers == workers ? 0 : step.conv.workers,
                      text_of(step.split)};
  }
  return out;
}

}  // namespace dlis
