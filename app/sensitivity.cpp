// dlis compress ... --sensitivity: which layer suffers most from bytes.
#include "sensitivity.h"

#include "json_output.h"

namespace dlis::app {
namespace {

Result<std::vector<LayerSensitivity>> measure(const ModelArguments& arguments,
                                              const std::string& data) {
  const Origin origin = DLIS_TRY(load_origin(arguments, data));
  const std::vector<Choice>& chain = origin.stack.compress;
  const bool one = chain.size() == 1 && chain[0].name == "quantise" &&
                   chain[0].parameters.count("type") && chain[0].parameters.at("type") == "int8";
  if (!one)
    return fail("it tells layers apart for int8 alone", "--sensitivity",
                "write --compress quantise:type=int8");
  return quantisation_sensitivity(origin.graph, chain[0], DLIS_TRY(origin.compress_options()));
}

}  // namespace

Status print_sensitivity(const ModelArguments& arguments, const std::string& data, bool json) {
  const std::vector<LayerSensitivity> layers = DLIS_TRY(measure(arguments, data));
  if (!json) print("error of the outputs   same class   layer, alone in int8\n");
  for (const LayerSensitivity& layer : layers)
    if (json)
      print_line({{"layer", layer.layer}, {"error", layer.error}, {"agreement", layer.agreement}});
    else
      print(fmt::format("{:20.2e} {:10.2f} %   {}\n", layer.error, layer.agreement, layer.layer));
  return {};
}

}  // namespace dlis::app
