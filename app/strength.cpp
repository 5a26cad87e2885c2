// Loads what the search for a strength needs.
#include "strength.h"

#include <algorithm>

#include "progress.h"

namespace dlis::app {
namespace {

Status check_images(const Dataset& held_out, const std::string& data) {
  if (std::ranges::all_of(held_out.labels, [](std::int32_t label) { return label < 0; }))
    return fail("the images have no labels to choose a strength by", held_out.spec,
                "give labelled ones, or the strength");
  if (held_out.spec != data) return {};
  return fail("a strength would be chosen by the images that judge the result", data,
              "give data with training images of its own (a folder with train/ and test/), or the "
              "strength");
}

}  // namespace

Result<std::string> choose_strength(ModelArguments& from, const std::string& data, double most_drop,
                                    Top1 top1_of) {
  const std::vector<Choice> chain = DLIS_TRY(parse_chain(from.compress));
  if (std::ranges::none_of(chain, lacks_strength)) return std::string();
  catch_interrupts();
  const ModelOptions options = DLIS_TRY(from.options());
  const Graph graph = DLIS_TRY(load_model(from.model, options));
  const Dataset images = DLIS_TRY(load_training_images(data, graph, chain));
  const Dataset held_out = DLIS_TRY(load_held_out_images(data, graph));
  DLIS_TRY(check_images(held_out, data));
  CompressOptions as = DLIS_TRY(compress_options(images, graph, options));
  if (const auto file = times_file(from, chain); !file.empty())
    DLIS_TRY(keep_layer_times(as, file));
  StrengthSearch search{most_drop, {}, {}, {}};
  search.images = fmt::format("{} images of {}", held_out.size(), held_out.spec);
  search.top1 = [&](const Graph& of) -> Result<double> { return *DLIS_TRY(top1_of(of, held_out)); };
  search.report = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  const FoundStrength found = DLIS_TRY(find_strength(graph, chain, as, search));
  from.compress = text_of(found.chain);
  return found.note;
}

}  // namespace dlis::app
