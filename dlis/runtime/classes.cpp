// Images through a session, batch by batch.
#include "dlis/runtime/classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/hash.h"

namespace dlis {

std::string computation_of(const std::string& graph_hash, const Plan& plan) {
  Hasher hasher;
  hasher.add(std::string_view(graph_hash));
  for (const auto& [layer, choice] : choices_of(plan)) {
    if (choice.format.empty()) continue;  // another operator's workers
    hasher.add(std::string_view(layer));
    hasher.add(std::string_view(choice.row)).add(std::string_view(choice.format));
  }
  return hasher.hex();
}

std::int32_t class_of(std::span<const float> logits) {
  for (const float logit : logits)
    if (std::isnan(logit)) return -1;
  return std::int32_t(std::ranges::max_element(logits) - logits.begin());
}

namespace {

Status check_input(const Graph& graph, const Value& input, const Tensor& images,
                   std::int64_t count) {
  Shape one = images.shape();
  const bool batched = one.rank() == input.shape->rank() && one.rank() > 0 && one[0] == count;
  if (batched) one[0] = (*input.shape)[0];
  if (batched && input.type == DType::f32 && images.type() == DType::f32 && one == *input.shape)
    return {};
  return fail(fmt::format("the images are {} {}, the network takes {} {}", name_of(images.type()),
                          images.shape().text(), name_of(input.type), input.shape->text()),
              graph.name);
}

Status check_images(const Graph& graph, std::span<const Tensor> images) {
  if (graph.inputs.empty() || graph.inputs.size() != images.size() || graph.outputs.empty())
    return fail(fmt::format("the network has {} inputs, the images are for {}", graph.inputs.size(),
                            images.size()),
                graph.name);
  const Shape& first = images[0].shape();
  for (std::size_t i = 0; i < images.size(); ++i)
    DLIS_TRY(check_input(graph, graph.value(graph.inputs[i]), images[i],
                         first.rank() > 0 ? first[0] : 0));
  return {};
}

// Rows [first, first + count) of `all` in front, zeros behind them.
void fill(Tensor& input, const Tensor& all, std::int64_t first, std::int64_t count) {
  const auto elements = std::size_t(input.elements() / input.shape()[0]);
  const auto from =
      all.as<float>().subspan(std::size_t(first) * elements, std::size_t(count) * elements);
  const auto to = input.edit<float>();
  std::fill(std::ranges::copy(from, to.begin()).out, to.end(), 0.0f);
}

}  // namespace

Result<std::vector<std::int32_t>> classes_of(Session& session, std::span<const Tensor> images,
                                             const std::function<void(std::int64_t)>& progress) {
  const Graph& graph = session.plan().graph;
  DLIS_TRY(check_images(graph, images));
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs) inputs.emplace_back(DType::f32, *graph.value(id).shape);
  const std::int64_t batch = inputs[0].shape()[0], size = images[0].shape()[0];
  std::vector<std::int32_t> classes;
  for (std::int64_t first = 0; first < size; first += batch) {
    if (progress) progress(first);
    const std::int64_t count = std::min(batch, size - first);
    for (std::size_t i = 0; i < inputs.size(); ++i) fill(inputs[i], images[i], first, count);
    const auto outputs = DLIS_TRY(session.run(inputs));
    const Tensor logits =
        outputs[0].type() == DType::f32 ? outputs[0] : outputs[0].converted(DType::f32);
    const std::size_t each = std::size_t(logits.elements() / batch);
    for (std::size_t i = 0; i < std::size_t(count); ++i)
      classes.push_back(class_of(logits.as<float>().subspan(i * each, each)));
  }
  return classes;
}

}  // namespace dlis
