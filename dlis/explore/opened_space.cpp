// Opens the space of a search where it is not given.
#include "dlis/explore/opened_space.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/explore/observe.h"
#include "dlis/explore/retraining.h"
#include "dlis/explore/zoo_networks.h"
#include "dlis/hardware/topology.h"

namespace dlis {
namespace {

constexpr double kMoreZeros[] = {0.125, 0.25};  // of the weights that a pruned network has left

// What is tried of a network as it came, the plainest first.
const std::vector<std::string> kTechniques{"none",
                                           "quantise:type=int8",
                                           "quantise:type=bf16",
                                           "weight_prune:zeros=0.5",
                                           "weight_prune:zeros=0.8",
                                           "channel_prune:macs=0.25",
                                           "channel_prune:macs=0.5",
                                           "ternarise",
                                           "weight_prune:zeros=0.5 + quantise:type=int8",
                                           "channel_prune:macs=0.25 + quantise:type=int8"};
const std::vector<std::string> kFormats{"dense", "auto", "bf16", "csr"};

// Images to learn from; 0: none.
std::int64_t count_images(const Graph& graph, const std::string& data) {
  if (data.empty()) return 0;
  const auto images = load_training_images(data, graph);
  return images ? images->size() : 0;
}

Status keep_possible(std::vector<std::string>& techniques, bool images) {
  std::vector<std::string> possible;
  for (const std::string& text : techniques)
    if (images || !needs_images(DLIS_TRY(parse_chain(text)))) possible.push_back(text);
  techniques = std::move(possible);
  return {};
}

// What is tried of a network that a recipe made: as it is, in bytes, and with some more zeros where
// it has many.
std::vector<std::string> techniques_of(const ZooNetwork& network) {
  const Choice& last = network.compress.back();
  if (last.name == "quantise" || last.name == "ternarise") return {"none"};
  std::vector<std::string> techniques{"none", "quantise:type=int8"};
  if (last.name != "weight_prune") return techniques;
  const double zeros =
      parse_real(parameter_of(*find_technique(last.name), last, "zeros")).value_or(1);
  for (const double more : kMoreZeros)
    if (zeros < 1)
      techniques.push_back(fmt::format("weight_prune:zeros={:.4g} + quantise:type=int8",
                                       zeros + more * (1 - zeros)));
  return techniques;
}

Status add_zoo(const Graph& graph, Space space, const EvaluateOptions& options,
               const std::filesystem::path& folder, bool images, OpenedSpace& opened) {
  const auto file = file_of_model(space.models[0]);
  if (!file || folder.empty()) return {};
  for (const ZooNetwork& network : zoo_of(graph, *file, options.model, folder)) {
    space.models = {network.file};
    space.compress = techniques_of(network);
    DLIS_TRY(keep_possible(space.compress, images));
    for (Stack& stack : DLIS_TRY(stacks_of(space))) opened.stacks.push_back(std::move(stack));
    opened.made[network.file] = made_by(network);
  }
  return {};
}

// The dense network stands first, whatever the axes are.
Status add_dense(const std::string& model, std::vector<Stack>& stacks) {
  const Stack dense = DLIS_TRY(parse_stack(model + " | none | dense | auto/static | cpu:1"));
  std::erase(stacks, dense);
  stacks.insert(stacks.begin(), dense);
  return {};
}

Status add_retrained(std::vector<std::string>& techniques, const std::string& epochs) {
  if (epochs.empty()) return {};
  const double count = DLIS_TRY(parse_real(epochs, "--retrain"));
  if (!(count > 0 && count <= 10000))
    return fail("must be more than 0, at most 10000", "--retrain");
  for (std::string& text : DLIS_TRY(retrained(techniques, epochs)))
    techniques.push_back(std::move(text));
  return {};
}

Result<bool> any_retrains(const std::vector<std::string>& techniques) {
  for (const std::string& text : techniques)
    if (std::ranges::any_of(DLIS_TRY(parse_chain(text)), retrains)) return true;
  return false;
}

}  // namespace

Result<OpenedSpace> open_space(Space space, const EvaluateOptions& options,
                               const OpeningOptions& opening) {
  if (space.models.empty())
    return fail("a search begins with a network", "", "name a file or a row beside --stack");
  const bool own = space.compress.empty();
  if (space.format.empty()) space.format = kFormats;
  if (space.threads.empty()) {
    space.threads = {1};
    if (const int all = host_topology().usable_cpus(); all > 1) space.threads.push_back(all);
  }
  OpenedSpace opened;
  if (own) space.compress = kTechniques;
  DLIS_TRY(add_retrained(space.compress, opening.retrain));
  Graph graph;
  if (own || DLIS_TRY(any_retrains(space.compress))) {
    graph = DLIS_TRY(load_model(space.models[0], options.model));
    opened.macs = macs_of(graph);
    opened.images = count_images(graph, options.data);
  }
  if (!opening.retrain.empty() && opened.images == 0)
    return fail("there are no images to retrain on", "--retrain",
                "give --data with a training split (images:DIR with train/ and test/)");
  if (own) {
    DLIS_TRY(keep_possible(space.compress, opened.images > 0));
    DLIS_TRY(add_zoo(graph, space, options, opening.zoo, opened.images > 0, opened));
  }
  std::vector<Stack> stacks = DLIS_TRY(stacks_of(space));
  DLIS_TRY(add_dense(space.models[0], stacks));
  opened.stacks.insert(opened.stacks.begin(), stacks.begin(), stacks.end());
  return opened;
}

}  // namespace dlis
