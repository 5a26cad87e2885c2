// What a plan computes, as a key, and what it says of images.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dlis/runtime/session.h"

namespace dlis {

// Equal for plans of the same graph that compute the same bits: rows and formats, not schedules.
std::string computation_of(const std::string& graph_hash, const Plan& plan);

// The first of the largest logits; -1 where one is not a number.
std::int32_t class_of(std::span<const float> logits);

// The class of each image, as many at once as the session's batch, with zeros behind the last.
// `images` has an f32 tensor for each input of the network, N x what that has behind its batch.
// `progress` gets the images done so far. Errors: other images; those of run.
Result<std::vector<std::int32_t>> classes_of(Session& session, std::span<const Tensor> images,
                                             const std::function<void(std::int64_t)>& progress);

}  // namespace dlis
