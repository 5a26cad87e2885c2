// What `dlis explore` does: the whole product of the axes, or a search within a budget that opens
// the axes itself.
#pragma once
#include <optional>

#include "dlis/explore/budgeted.h"

namespace dlis {

// What `explore` is asked for.
struct Exploration {
  Space space;
  EvaluateOptions options;
  std::filesystem::path store;  // a search keeps what it screened in STORE.screen.db beside it
  ConstraintTexts constraints;  // they, or a budget, make it search
  std::string budget;           // "90s", "10m", "1h"; empty: 10m where it searches
  bool grid = false;            // the whole product, whatever the constraints
  std::string retrain;          // epochs; empty: what a search opens does not retrain
  std::filesystem::path zoo;    // of a search: a folder with zoo/ and recipes/; empty: none
  Execution execution;

  bool searches() const;
};

// What it found.
struct Explored {
  std::vector<Record> records;         // of its stacks: the store may hold others
  std::string answer;                  // which of them to ship; empty without constraints
  std::optional<Error> missed;         // what the nearest stack misses, where none keeps all; why
                                       // none was measured
  Progress progress;                   // of the product
  std::optional<BudgetResult> search;  // where it searched
  double budget_seconds = 0;
};

// Every finished record is in the store, so that a stopped one goes on. Errors: those of the texts,
// of sweep() and explore_within(); stopped by `report`.
Result<Explored> explore(const Exploration& asked, const Report& report);

}  // namespace dlis
