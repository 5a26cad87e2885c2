// The product of the axes.
#include "dlis/explore/space.h"

#include <algorithm>
#include <optional>

#include "dlis/base/text.h"

namespace dlis {
namespace {

std::vector<std::string> or_default(std::vector<std::string> axis, const char* value) {
  if (axis.empty()) axis.emplace_back(value);
  return axis;
}

// Appends each stack of `stacks` once for each value of the axis, which `set` applies.
template <class Values, class Set>
Status multiply(std::vector<Stack>& stacks, const Values& values, Set set) {
  std::vector<Stack> product;
  for (const Stack& stack : stacks)
    for (const auto& value : values) DLIS_TRY(set(product.emplace_back(stack), value));
  stacks = std::move(product);
  return {};
}

Status set_model(Stack& stack, const std::string& text) {
  // The parser decides what a model may be, so that every stack can be written as one line.
  stack.model = DLIS_TRY(parse_stack(text + " | none | auto | auto | cpu")).model;
  return {};
}
Status set_compress(Stack& stack, const std::string& text) {
  stack.compress = DLIS_TRY(parse_chain(text));
  return {};
}
Status set_schedule(Stack& stack, const std::string& text) {
  stack.schedule = DLIS_TRY(parse_choice(trim(text)));
  return {};
}
Status set_format(Stack& stack, const std::string& text) {
  stack.format = trim(text);
  return {};
}
Status set_compute(Stack& stack, const std::string& text) {
  stack.compute = trim(text);
  return {};
}

bool states_workers(const std::string& device) { return device.find("cpu:") != std::string::npos; }

using Place = std::pair<std::string, std::optional<int>>;  // workers: where the device states none

std::vector<Place> places_of(const Space& space) {
  std::vector<int> threads = space.threads;
  if (threads.empty()) threads.push_back(1);
  std::vector<Place> places;
  for (const std::string& device : or_default(space.device, "cpu"))
    for (int workers : threads)
      places.emplace_back(device, states_workers(device) ? std::nullopt : std::optional(workers));
  return places;
}

Status set_place(Stack& stack, const Place& place) {
  DLIS_TRY(parse_device(place.first, stack));
  const bool has_cpu = ("+" + stack.device + "+").find("+cpu+") != std::string::npos;
  if (place.second && has_cpu) stack.threads = *place.second;
  if (stack.threads < 1 || stack.threads > 1024)
    return fail("there cannot be " + std::to_string(stack.threads) + " workers", "--threads",
                "give 1 to 1024");
  return {};
}

Result<std::vector<Stack>> product_of(const Space& space) {
  std::vector<Stack> stacks{Stack{}};
  DLIS_TRY(multiply(stacks, space.models, set_model));
  DLIS_TRY(multiply(stacks, or_default(space.compress, "none"), set_compress));
  DLIS_TRY(multiply(stacks, or_default(space.format, "auto"), set_format));
  DLIS_TRY(multiply(stacks, or_default(space.compute, "auto"), set_compute));
  DLIS_TRY(multiply(stacks, or_default(space.schedule, "static"), set_schedule));
  DLIS_TRY(multiply(stacks, places_of(space), set_place));
  return stacks;
}

// An axis that nothing uses would be taken for a part of the stacks.
Status check_axes_are_used(const Space& space) {
  if (!space.models.empty()) return {};
  if (space.stacks.empty()) return fail("no model is given", "", "name a file or a row");
  for (const auto& [name, is_given] : {std::pair("--compress", !space.compress.empty()),
                                       {"--format", !space.format.empty()},
                                       {"--compute", !space.compute.empty()},
                                       {"--schedule", !space.schedule.empty()},
                                       {"--threads", !space.threads.empty()},
                                       {"--device", !space.device.empty()}})
    if (is_given)
      return fail("a whole stack has its own choice, and no MODEL is given for this one", name,
                  "write it into the stack, or name a MODEL");
  return {};
}

}  // namespace

Result<std::vector<Stack>> stacks_of(const Space& space) {
  DLIS_TRY(check_axes_are_used(space));
  std::vector<Stack> stacks = DLIS_TRY(product_of(space)), unique;
  for (const std::string& line : space.stacks) stacks.push_back(DLIS_TRY(parse_stack(line)));
  for (Stack& stack : stacks) {
    DLIS_TRY(check_names(stack));
    if (std::find(unique.begin(), unique.end(), stack) == unique.end())
      unique.push_back(std::move(stack));
  }
  return unique;
}

}  // namespace dlis
