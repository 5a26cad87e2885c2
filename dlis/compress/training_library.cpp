// Training, by way of the library that has LibTorch.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "dlis/base/capability.h"
#include "dlis/base/clock.h"
#include "dlis/base/library.h"
#include "dlis/compress/train/table.h"

namespace dlis {
namespace {

constexpr const char* kFile = "libdlis_training.so";

// Beside the command or the Python module, where a package puts it, or where it was built;
// DLIS_TRAINING names another.
std::vector<std::filesystem::path> places() {
  if (const char* named = std::getenv("DLIS_TRAINING")) return {named};
  const std::filesystem::path here = folder_of_program();
  std::vector<std::filesystem::path> files{here / kFile, folder_of_code() / kFile,
                                           here.parent_path() / DLIS_TRAINING_INSTALLED / kFile};
  // On another machine anybody may have made a folder of that name.
  const auto built = std::filesystem::path(DLIS_TRAINING_FOLDER) / kFile;
  if (is_own_file(built)) files.push_back(built);
  return files;
}

const TrainingTable* find_table() {
  for (const auto& file : places())
    if (void* symbol = symbol_in(file, "dlis_training_table"))
      return reinterpret_cast<const TrainingTable* (*)()>(symbol)();
  return nullptr;
}

// Loaded once, and kept.
const TrainingTable* table() {
  static const TrainingTable* const found = find_table();
  return found;
}

}  // namespace

bool can_train() { return table() != nullptr; }

Error why_no_training() {
  Error error = lacking(training_capability);
  if (const char* named = std::getenv("DLIS_TRAINING"))
    error.hint += fmt::format(" (cannot be loaded: {}, which DLIS_TRAINING names)", named);
  return error;
}

void Training::Close::operator()(TrainingState* state) const { table()->close(state); }

Result<Training> Training::start(const Graph& graph, const Dataset& data, const Preprocessing& how,
                                 const TrainingSettings& settings) {
  if (!can_train()) return refusal(why_no_training().message());
  return Training(DLIS_TRY(table()->start(graph, data, how, settings)));
}

std::int64_t Training::steps() const { return table()->steps(*state_); }
std::int64_t Training::steps_per_epoch() const { return table()->steps_per_epoch(*state_); }
std::int64_t Training::step() const { return table()->step(*state_); }
Graph Training::graph() const { return table()->graph(*state_); }
Status Training::replace(const Graph& graph) { return table()->replace(*state_, graph); }
Status Training::hold_zeros(const Graph& graph) { return table()->hold_zeros(*state_, graph); }
Status Training::set_teacher(const Graph& graph) { return table()->set_teacher(*state_, graph); }
Status Training::set_quants(const std::map<ValueId, Quant>& quants) {
  return table()->set_quants(*state_, quants);
}
Status Training::set_ternary(const std::vector<ValueId>& weights, double threshold) {
  return table()->set_ternary(*state_, weights, threshold);
}
void Training::watch_saliency(bool channels) { table()->watch_saliency(*state_, channels); }
void Training::stop_watching() { table()->stop_watching(*state_); }
Saliency Training::saliency() const { return table()->saliency(*state_); }

void Training::keep_in(std::filesystem::path file, double seconds) {
  file_ = std::move(file);
  seconds_ = seconds;
  due_ms_ = now_ms() + 1000 * seconds;
}

Status Training::resume() {
  std::error_code error;
  if (file_.empty() || !std::filesystem::exists(file_, error)) return {};
  const Checkpoint from = DLIS_TRY(load_checkpoint(file_));
  Status done = table()->resume(*state_, from);
  if (!done) {
    done.error().where = file_.string();
    return done;
  }
  kept_ = step();
  note_ = fmt::format("going on from epoch {:.2f}, which {} has",
                      double(step()) / double(steps_per_epoch()), file_.string());
  return {};
}

// Writing takes at most a twentieth of the time.
Status Training::write() {
  const double from = now_ms();
  const Status saved = save_checkpoint(file_, DLIS_TRY(table()->checkpoint(*state_)));
  due_ms_ = now_ms() + std::clamp(20 * (now_ms() - from), 1000 * seconds_, 60000 * seconds_);
  if (saved) kept_ = step();
  return saved;
}

void Training::keep() {
  if (file_.empty() || kept_ == step() || now_ms() < due_ms_) return;
  const Status saved = write();
  const std::string trouble = saved ? "" : saved.error().message();
  if (!trouble.empty() && trouble != trouble_)
    note_ = "no checkpoint could be kept, training goes on: " + trouble;
  trouble_ = trouble;
}

Status Training::advance(std::int64_t steps, const OnReport& report) {
  stopped_ = false;
  const OnReport noted = [&](TrainingReport now) {
    now.note = std::exchange(note_, {});
    stopped_ = report && !report(now);
    return !stopped_;
  };
  const bool needed = report || !file_.empty();
  Status done = table()->advance(*state_, steps, needed ? noted : OnReport());
  if (stopped_ && !file_.empty()) done.error().hint = "run the same command again to go on";
  return done;
}

// Where checkpoints are kept, in pieces that take about as long as lies between two of them.
Status Training::finish(const OnReport& report) {
  for (std::int64_t piece = file_.empty() ? steps() : 1; step() < steps();) {
    const double from = now_ms();
    const Status done = advance(std::min(piece, steps() - step()), report);
    if (!done && stopped_ && !file_.empty())
      if (const Status saved = write(); !saved)
        return fail("stopped, and no checkpoint could be kept: " + saved.error().what,
                    saved.error().where, saved.error().hint);
    if (!done) return done;
    if (step() == steps()) due_ms_ = 0;
    keep();
    const double each = std::max(1e-3, (now_ms() - from) / double(piece));  // milliseconds
    piece = std::clamp<std::int64_t>(std::int64_t(1000 * seconds_ / each), 1, steps_per_epoch());
  }
  return {};
}

}  // namespace dlis
