// Trained ternary quantisation (Zhu, Han, Mao, Dally, "Trained Ternary Quantization", ICLR 2017).
#pragma once
#include "dlis/compress/train/network.h"

namespace dlis::train {

// Weights are read as +p, 0 or -n by where they lie against `threshold` times the layer's largest
// magnitude. p and n belong to an output channel (axis 0) and are trained: they join
// `network.scales`. Gradients of the weights behind them are scaled as in the paper, eq. 8.
void make_ternary(Network& network, ValueId weight, double threshold);

}  // namespace dlis::train
