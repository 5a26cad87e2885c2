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

Status check_images(const Graph& graph, const Tensor& images) {
  if (graph.inputs.size() != 1 || graph.outputs.empty())
    return fail("the network does not classify images", graph.name);
  const Value& input = graph.value(graph.inputs[0]);
  Shape one = images.shape();
  if (one.rank() == input.shape->rank() && one.rank() > 0) one[0] = (*input.shape)[0];
  if (input.type == DType::f32 && images.type() == DType::f32 && one == *input.shape) return {};
  return fail(fmt::format("the images are {} {}, the network takes {} {}", name_of(images.type()),
                          images.shape().text(), name_of(input.type), input.shape->text()),
              graph.name);
}

}  // namespace

Result<std::vector<std::int32_t>> classes_of(Session& session, const Tensor& images,
                                             const std::function<void(std::int64_t)>& progress) {
  const Graph& graph = session.plan().graph;
  DLIS_TRY(check_images(graph, images));
  Tensor input(DType::f32, *graph.value(graph.inputs[0]).shape);
  const std::int64_t batch = input.shape()[0], size = images.shape()[0];
  const std::size_t elements = std::size_t(input.elements() / batch);
  std::vector<std::int32_t> classes;
  for (std::int64_t first = 0; first < size; first += batch) {
    if (progress) progress(first);
    const auto count = std::size_t(std::min(batch, size - first));
    const auto from = images.as<float>().subspan(std::size_t(first) * elements, count * elements);
    const auto to = input.edit<float>();
    std::fill(std::ranges::copy(from, to.begin()).out, to.end(), 0.0f);
    const auto outputs = DLIS_TRY(session.run(std::span(&input, 1)));
    const Tensor logits =
        outputs[0].type() == DType::f32 ? outputs[0] : outputs[0].converted(DType::f32);
    const std::size_t each = std::size_t(logits.elements() / batch);
    for (std::size_t i = 0; i < count; ++i)
      classes.push_back(class_of(logits.as<float>().subspan(i * each, each)));
  }
  return classes;
}

}  // namespace dlis
