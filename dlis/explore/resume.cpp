// A network and a state an epoch, and a file that names the epoch that is whole.
#include "dlis/explore/resume.h"

#include <fmt/format.h>

#include "dlis/base/file.h"
#include "dlis/base/text.h"
#include "dlis/model/onnx/onnx.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;

fs::path latest_file(const fs::path& folder) { return folder / "latest"; }
fs::path network_file(const fs::path& folder, std::int64_t step) {
  return folder / fmt::format("step{}.onnx", step);
}
fs::path state_file(const fs::path& folder, std::int64_t step) {
  return folder / fmt::format("step{}.state", step);
}

// The step that is kept whole; 0: none.
Result<std::int64_t> kept_step(const fs::path& folder) {
  std::error_code error;
  if (folder.empty() || !fs::exists(latest_file(folder), error)) return std::int64_t(0);
  const std::string text = DLIS_TRY(read_text(latest_file(folder)));
  return parse_integer(text, "the step of a checkpoint");
}

// Network and state first: a kill in between leaves `latest` with the step before.
Status keep(const Training& training, const fs::path& folder, std::int64_t& kept) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail("the folder cannot be made: " + error.message(), folder.string());
  const std::int64_t step = training.step();
  DLIS_TRY(save_onnx(training.graph(), network_file(folder, step)));
  DLIS_TRY(training.save(state_file(folder, step)));
  DLIS_TRY(write_file_atomic(latest_file(folder), std::to_string(step)));
  if (kept > 0 && kept != step) {
    fs::remove(network_file(folder, kept), error);
    fs::remove(state_file(folder, kept), error);
  }
  kept = step;
  return {};
}

}  // namespace

Result<Graph> train(const Graph& graph, const Graph* teacher, const Dataset& data,
                    const Preprocessing& how, const TrainingSettings& settings,
                    const fs::path& folder, const OnReport& report) {
  std::int64_t kept = DLIS_TRY(kept_step(folder));
  Graph from = graph;
  if (kept > 0) from = DLIS_TRY(load_onnx(network_file(folder, kept)));
  Training training = DLIS_TRY(Training::start(from, data, how, settings));
  if (kept > 0) DLIS_TRY(training.load(state_file(folder, kept)));
  if (teacher) DLIS_TRY(training.set_teacher(*teacher));
  while (training.step() < training.steps()) {
    const std::int64_t epoch = training.steps_per_epoch();
    const std::int64_t next = epoch - training.step() % epoch;
    DLIS_TRY(training.advance(std::min(next, training.steps() - training.step()), report));
    if (!folder.empty()) DLIS_TRY(keep(training, folder, kept));
  }
  return training.graph();
}

}  // namespace dlis
