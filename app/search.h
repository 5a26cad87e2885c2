// `dlis explore` within a budget: the space that it opens, and its run.
#pragma once
#include "evaluate_arguments.h"
#include "verb.h"

namespace dlis::app {

struct SearchArguments {
  ConstraintTexts constraints;
  std::string budget;   // empty: 10m
  bool grid = false;    // the whole product, whatever the constraints
  std::string retrain;  // epochs; empty: what is opened does not retrain
  std::string zoo;      // folder with zoo/ and recipes/; empty: that of the sources
  void add_to(CLI::App& verb);
  bool searches() const;  // rather than measuring the whole product
};

// `store` gets the records, STORE.screen.db beside it what was screened.
Result<std::vector<std::string>> search(Space space, const EvaluateOptions& options,
                                        const std::string& store, const SearchArguments& arguments,
                                        const Execution& execution, const Report& report);

}  // namespace dlis::app
