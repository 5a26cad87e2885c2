// The row `none`: the network as it is.
#include "dlis/compress/training.h"

namespace dlis {
namespace {

constexpr ParameterSpec kParameters[] = {DLIS_TRAINING_PARAMETERS};

Result<Graph> apply(const Graph& graph, const Choice& choice) {
  DLIS_TRY(refuse_training(*find_technique("none"), choice));
  return graph;
}

}  // namespace

extern constinit const Technique none_row{
    .name = "none",
    .summary = "the network as it is",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
