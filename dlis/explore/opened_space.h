// The stacks that a search tries where its axes are not given.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "dlis/explore/evaluate.h"
#include "dlis/explore/space.h"

namespace dlis {

struct OpeningOptions {
  std::filesystem::path zoo;  // a folder with zoo/ and recipes/; empty: none
  std::string retrain;        // epochs; empty: nothing is retrained
};

struct OpenedSpace {
  std::vector<Stack> stacks;                // the dense network first
  std::map<std::string, std::string> made;  // of networks that recipes made: model, by which recipe
  std::int64_t macs = 0, images = 0;        // of the first model, and to retrain on; 0: not asked
};

// `space` with axes that are empty opened: ten techniques, four formats, one worker and all, and
// the networks of zoo/ that a recipe made of the first model, and with `retrain` techniques that
// take out weights or channels also retrained. What learns from images is tried where
// `options.data` has some. Errors: no model; epochs that make no sense; those of load_model and
// stacks_of.
Result<OpenedSpace> open_space(Space space, const EvaluateOptions& options,
                               const OpeningOptions& opening);

}  // namespace dlis
