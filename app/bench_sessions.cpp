// Several sessions at once on one plan.
#include "bench.h"
#include "json_output.h"

namespace dlis::app {

Status answer_sessions(const std::shared_ptr<const Plan>& plan, int sessions, double seconds,
                       bool json) {
  const Throughput alone = DLIS_TRY(measure_sessions(plan, 1, seconds));
  const Throughput all = DLIS_TRY(measure_sessions(plan, sessions, seconds));
  const Shape& input = *plan->graph.value(plan->graph.inputs[0]).shape;
  const double images = input.rank() > 0 ? double(input[0]) : 1;
  if (json) {
    print_line({{"sessions", sessions},
                {"threads", plan->options.threads},
                {"images_per_s", all.runs_per_second * images},
                {"alone_images_per_s", alone.runs_per_second * images},
                {"median_ms", all.median_ms},
                {"p90_ms", all.p90_ms},
                {"alone_median_ms", alone.median_ms},
                {"open_ms", all.open_ms},
                {"weights_bytes", plan->weights_bytes},
                {"session_bytes", all.session_bytes},
                {"process_growth_bytes", all.process_bytes}});
    return {};
  }
  const auto bytes = [](double n) { return format_bytes(std::int64_t(n)); };
  print(text_table(
      {{"together",
        fmt::format("{:.4g} images/s in {} sessions of {} worker(s); one run {:.4g} ms, "
                    "p90 {:.4g} ms",
                    all.runs_per_second * images, sessions, plan->options.threads, all.median_ms,
                    all.p90_ms)},
       {"alone", fmt::format("{:.4g} images/s; one run {:.4g} ms", alone.runs_per_second * images,
                             alone.median_ms)},
       {"start",
        fmt::format("{:.4g} ms from opening the slowest session to its first result", all.open_ms)},
       {"memory",
        fmt::format("weights {} once; the process grew by {}, {} a session (it states {})",
                    bytes(double(plan->weights_bytes)), bytes(double(all.process_bytes)),
                    bytes(double(all.process_bytes) / sessions),
                    bytes(double(all.session_bytes)))}},
      "ll"));
  return {};
}

}  // namespace dlis::app
