// An exploration that spends a time budget: screens stacks cheaply, measures in full what may be
// the answer.
#pragma once
#include "dlis/explore/constraints.h"
#include "dlis/explore/search.h"
#include "dlis/explore/sweep.h"

namespace dlis {

// How much time goes into one evaluation.
struct Effort {
  double seconds = 0.5;     // of timing
  std::int64_t images = 0;  // that accuracy is of; 0: all
};
// Of the rounds before the finals.
inline constexpr Effort kScreening{0.1, 500};

// How stacks are evaluated, cheaply or in full, by which executor, and where their records go.
struct Stage {
  Measuring measuring;
  Store* store = nullptr;
};

// What a search within a budget of time looks for.
struct BudgetOptions {
  Constraints constraints;
  double budget_seconds = 600;
  double screening_share = 0.6;  // of the budget, at most
  std::size_t enough =
      2;  // stacks that keep the constraints (with --min-top1), then the rest drops
  SearchSettings search = default_search();
  // Seconds that the first stack of a technique takes beside compressing (retraining); null: none.
  std::function<double(const Stack&)> extra_seconds;
};

// What a search did.
struct BudgetResult {
  std::int64_t stacks = 0, screened = 0, measured = 0, dropped = 0;
  double spent_seconds = 0;
  bool out_of_budget = false;     // something that was worth it was not evaluated
  bool stopped = false;           // `report` asked for it
  std::vector<std::string> keys;  // of what is measured in full, this time or before
};

// Screens rounds that `propose` chooses into `screening`, until nothing may gain or its share of
// the budget is spent; drops what the records rule out (drop_reasons), each as a record in
// `full.store` whose `refused` begins with kDropped; measures the others in full, those first that
// are likely to be the answer. The first stack is the dense network. Every decision follows from
// the records and the seconds that the stores hold, so a run that was killed goes on to the same
// result. Errors: those of sweep().
Result<BudgetResult> explore_within(std::span<const Stack> stacks, const Stage& screening,
                                    const Stage& full, const BudgetOptions& options,
                                    const Report& report);

// "90s", "10m", "1.5h"; errors: not so, not more than 0, more than 30 days.
Result<double> parse_duration(std::string_view text, std::string_view where);

}  // namespace dlis
