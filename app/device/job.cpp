// Measures a job.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dlis_commit.h"
#include "jobs.h"

namespace dlis::app {
namespace {

namespace fs = std::filesystem;

// Answers of one computation on the same images: schedules and workers do not change them.
fs::path classes_file(const Job& job, const Plan& plan) {
  std::string subject = job.model + DLIS_BUILD;
  for (const std::string& name : job.images) subject += "\n" + name;
  return computation_of(subject, plan) + ".classes";
}

Result<std::string> classes(const Job& job, Session& session, const OnPhase& on_phase) {
  const fs::path kept = classes_file(job, session.plan());
  if (auto text = read_text(kept); text && !text->empty()) return *text;
  std::vector<std::int32_t> all;
  const std::size_t inputs = session.plan().graph.inputs.size();
  if (inputs == 0 || job.images.size() % inputs != 0)
    return fail(fmt::format("the network has {} inputs, the images are {} files", inputs,
                            job.images.size()),
                "a job");
  for (std::size_t i = 0; i < job.images.size(); i += inputs) {
    std::vector<Tensor> images;
    for (std::size_t k = 0; k < inputs; ++k)
      images.push_back(DLIS_TRY(load_npy(job.images[i + k])));
    const auto size = double(std::max<std::int64_t>(1, images[0].shape()[0]));
    const auto share = [&](std::int64_t done) {
      on_phase("accuracy", (double(i) + double(done) / size) / double(job.images.size()));
    };
    const auto part = DLIS_TRY(classes_of(session, images, share));
    all.insert(all.end(), part.begin(), part.end());
  }
  const std::string text = fmt::format("[{}]", fmt::join(all, ","));
  DLIS_TRY(write_file_atomic(kept, text));
  return text;
}

std::string times_text(const Timing& timing, std::optional<double> energy_mj) {
  return fmt::format(
      "\"median_ms\": {}, \"p10_ms\": {}, \"p90_ms\": {}, \"runs\": {}, \"first_ms\": {}, "
      "\"energy_mj\": {}",
      timing.median_ms, timing.p10_ms, timing.p90_ms, timing.runs, timing.first_ms,
      energy_mj ? fmt::format("{}", *energy_mj) : "null");
}

std::string plan_text(const Plan& plan, double load_ms) {
  return fmt::format(
      "\"load_ms\": {}, \"pack_ms\": {}, \"weights_bytes\": {}, \"activation_bytes\": {}, "
      "\"scratch_bytes\": {}, \"peak_bytes\": {}, \"fallback\": {}",
      load_ms, plan.pack_ms, plan.weights_bytes, plan.arena_bytes, plan.scratch_bytes,
      plan.peak_bytes(), plan.fallback_macs);
}

// What the answer says, without its braces.
Result<std::string> measured(const Job& job, const OnPhase& on_phase) {
  const double start = now_ms();
  const Graph graph = DLIS_TRY(load_dlis(job.model));
  const double load_ms = now_ms() - start;
  on_phase("planning", 0);
  const auto plan = make_plan(graph, job.plan);
  if (!plan && plan.error().refused)
    return fmt::format("\"refused\": {}", json_text(plan.error().message()));
  if (!plan) return tl::unexpected(plan.error());
  Session session = DLIS_TRY(Session::open(*plan));
  on_phase("timing", 0);
  const Timing timing = DLIS_TRY(measure(session, job.seconds));
  const auto energy = DLIS_TRY(measure_energy(session, job.seconds));
  std::string text = plan_text(**plan, load_ms) + ", " + times_text(timing, energy);
  if (job.layers)
    text +=
        ", \"layers\": " +
        to_json(layer_costs(**plan, DLIS_TRY(step_times(session, kProfileShare * job.seconds))));
  if (!job.images.empty()) text += ", \"classes\": " + DLIS_TRY(classes(job, session, on_phase));
  return text;
}

}  // namespace

Result<std::string> answer(const Job& job, const OnPhase& on_phase) {
  on_phase("waiting for its turn", 0);
  const FileLock turn = DLIS_TRY(FileLock::take("jobs.lock"));
  const fs::path kept = job.key + ".json";
  std::error_code ignored;
  if (fs::exists(kept, ignored)) return read_text(kept);
  const std::string text = "{" + DLIS_TRY(measured(job, on_phase)) + "}";
  DLIS_TRY(write_file_atomic(kept, text));
  return text;
}

}  // namespace dlis::app
