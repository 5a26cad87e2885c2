// Any text given to the reader of recipes ends in a recipe with a model, a compression and settings
// that training takes, or in an error with a sentence.
#include "dlis/compress/train/training.h"
#include "dlis/explore/recipe.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) { return setenv("DLIS_DATA", "data", 1); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  const auto recipe = parse_recipe(fuzz::text_of(data, size), "fuzz");
  if (!recipe) return fuzz::expect_sentence(recipe.error()), 0;
  fuzz::expect(!recipe->model.empty() && !recipe->compress.empty());
  TrainingSettings settings;
  for (const std::string& one : recipe->settings) {
    const std::size_t equals = one.find('=');
    fuzz::expect(set_training(settings, one.substr(0, equals), one.substr(equals + 1)).has_value());
  }
  fuzz::expect(!text_of(settings).empty());
  return 0;
}
