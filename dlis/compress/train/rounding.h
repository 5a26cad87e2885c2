// Rounding to what will be stored, with gradients that pass straight through.
#pragma once
#include "dlis/compress/train/network.h"

namespace dlis::train {

// Values round by the scales of `quant`; weights by the scale that each channel has at that moment
// (its largest magnitude is the largest number of the type), so that it follows them.
Network::Rounding rounding_of(const Quant& quant, bool is_weight);

}  // namespace dlis::train
