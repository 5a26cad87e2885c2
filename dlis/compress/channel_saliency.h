// Scores of channels from what training saw of their gradients.
#pragma once
#include "dlis/compress/channel_prune.h"
#include "dlis/compress/train/training.h"

namespace dlis {

// The sum over the filters, biases and scales that a column takes of (weight * gradient)^2
// (Molchanov et al., "Importance Estimation for Neural Network Pruning", 2019, eq. 8).
ChannelScores taylor_scores(const Channels& channels, const Saliency& saliency);

// The sum over the channels of the values that layers read (Theis et al., "Faster gaze prediction
// with dense networks and Fisher pruning", 2018, eq. 6). Its cost penalty is the division by what a
// column saves, in choose_channels.
ChannelScores fisher_scores(const Graph& graph, const Channels& channels, const Saliency& saliency);

}  // namespace dlis
