// Epochs in chains of techniques.
#include "dlis/explore/retraining.h"

#include <algorithm>

#include "dlis/compress/training.h"
#include "dlis/explore/stack.h"

namespace dlis {
namespace {

constexpr double kFlopsPerCore = 30e9;
constexpr double kPasses = 3;  // forward, and backward to values and to weights

bool is_surgery(const Choice& choice) {
  return choice.name.ends_with("_prune") || choice.name == "ternarise";
}

}  // namespace

Result<std::vector<std::string>> retrained(std::span<const std::string> techniques,
                                           const std::string& epochs) {
  std::vector<std::string> found;
  for (const std::string& technique : techniques) {
    std::vector<Choice> chain = DLIS_TRY(parse_chain(technique));
    const auto step = std::ranges::find_if(chain, is_surgery);
    if (step == chain.end()) continue;
    step->parameters["epochs"] = epochs;
    found.push_back(text_of(chain));
  }
  return found;
}

double retraining_seconds(std::span<const Choice> chain, std::int64_t macs, std::int64_t images,
                          int cores) {
  double epochs = 0;
  for (const Choice& choice : chain)
    if (const Technique* row = find_technique(choice.name))
      epochs += epochs_of(*row, choice).value_or(0);
  return epochs * double(images) * kPasses * 2 * double(macs) /
         (kFlopsPerCore * std::max(1, cores));
}

}  // namespace dlis
