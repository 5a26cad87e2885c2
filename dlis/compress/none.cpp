// The row `none`: the network as it is, or with epochs trained on: what a compressed one is
// compared with.
#include "dlis/compress/training.h"

namespace dlis {

extern const Technique none_row;

namespace {

constexpr ParameterSpec kParameters[] = {DLIS_TRAINING_PARAMETERS};

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions& options) {
  std::optional<Training> training = DLIS_TRY(start_training(none_row, choice, graph, options));
  if (!training) return Compressed{graph, {}, {}};
  DLIS_TRY(training->resume());
  DLIS_TRY(training->finish(options.report));
  return Compressed{training->graph(), graph, {}};
}

}  // namespace

extern constinit const Technique none_row{
    .name = "none",
    .summary = "the network as it is",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
