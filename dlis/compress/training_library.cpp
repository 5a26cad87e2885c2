// Training, by way of the library that has LibTorch.
#include <fmt/format.h>

#include <cstdlib>

#include "dlis/base/library.h"
#include "dlis/compress/train/table.h"

namespace dlis {
namespace {

constexpr const char* kFile = "libdlis_training.so";

// Beside the command, or where it was built; DLIS_TRAINING names another.
std::vector<std::filesystem::path> places() {
  if (const char* named = std::getenv("DLIS_TRAINING")) return {named};
  return {folder_of_program() / kFile, std::filesystem::path(DLIS_TRAINING_FOLDER) / kFile};
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

void Training::Close::operator()(TrainingState* state) const { table()->close(state); }

Result<Training> Training::start(const Graph& graph, const Dataset& data, const Preprocessing& how,
                                 const TrainingSettings& settings) {
  const char* named = std::getenv("DLIS_TRAINING");
  if (!can_train() && named)
    return refusal(
        fmt::format("training needs {}, which DLIS_TRAINING names and cannot be loaded", named));
  if (!can_train())
    return refusal(
        "training needs LibTorch, which this build does not have: run `tools/setup training` and "
        "build again");
  return Training(DLIS_TRY(table()->start(graph, data, how, settings)));
}

std::int64_t Training::steps() const { return table()->steps(*state_); }
std::int64_t Training::steps_per_epoch() const { return table()->steps_per_epoch(*state_); }
std::int64_t Training::step() const { return table()->step(*state_); }
Status Training::advance(std::int64_t steps, const OnReport& report) {
  return table()->advance(*state_, steps, report);
}
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
Status Training::save(const std::filesystem::path& file) const {
  return table()->save(*state_, file);
}
Status Training::load(const std::filesystem::path& file) { return table()->load(*state_, file); }

}  // namespace dlis
