// Training in a build without LibTorch: every way in says so.
#include "dlis/compress/train/training.h"

namespace dlis {

struct Training::State {};

namespace {
Error no_libtorch() {
  return refusal(
             "retraining is asked for, but this build has no LibTorch; install it and build again, "
             "or "
             "give epochs=0")
      .value();
}
}  // namespace

bool can_train() { return false; }
Result<Training> Training::start(const Graph&, const Dataset&, const Preprocessing&,
                                 const TrainingSettings&) {
  return tl::unexpected(no_libtorch());
}
Training::Training(std::unique_ptr<State> state) : state_(std::move(state)) {}
Training::Training(Training&&) noexcept = default;
Training::~Training() = default;
std::int64_t Training::steps() const { return 0; }
std::int64_t Training::steps_per_epoch() const { return 1; }
std::int64_t Training::step() const { return 0; }
Status Training::advance(std::int64_t, const OnReport&) { return tl::unexpected(no_libtorch()); }
Graph Training::graph() const { return {}; }
Status Training::replace(const Graph&) { return tl::unexpected(no_libtorch()); }
Status Training::hold_zeros(const Graph&) { return tl::unexpected(no_libtorch()); }
Status Training::set_teacher(const Graph&) { return tl::unexpected(no_libtorch()); }
Status Training::set_quants(const std::map<ValueId, Quant>&) {
  return tl::unexpected(no_libtorch());
}
Status Training::set_ternary(const std::vector<ValueId>&, double) {
  return tl::unexpected(no_libtorch());
}
void Training::watch_saliency(bool) {}
void Training::stop_watching() {}
Saliency Training::saliency() const { return {}; }
Status Training::save(const std::filesystem::path&) const { return tl::unexpected(no_libtorch()); }
Status Training::load(const std::filesystem::path&) { return tl::unexpected(no_libtorch()); }

}  // namespace dlis
