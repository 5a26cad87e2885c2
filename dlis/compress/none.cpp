// The row `none`: the network as it is.
#include "dlis/compress/training.h"

namespace dlis {
namespace {

constexpr ParameterSpec kParameters[] = {DLIS_TRAINING_PARAMETERS};

Result<Compressed> apply(const Graph& graph, const Choice& choice, const CompressOptions&) {
  DLIS_TRY(refuse_training(*find_technique("none"), choice));
  return Compressed{graph, {}, {}};
}

}  // namespace

extern constinit const Technique none_row{
    .name = "none",
    .summary = "the network as it is",
    .parameters = kParameters,
    .apply = apply,
};

}  // namespace dlis
