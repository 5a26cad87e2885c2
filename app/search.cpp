// Constraints and budget as options, and what a search has done.
#include "search.h"

#include <fmt/format.h>

#include "progress.h"

namespace dlis::app {

void add_search(CLI::App& verb, Exploration& asked) {
  const auto bound = [&](const char* name, std::string& text, const char* unit, const char* about) {
    verb.add_option(name, text, about)->type_name(unit)->check(kNotEmpty);
  };
  ConstraintTexts& constraints = asked.constraints;
  bound("--min-top1", constraints.min_top1, "PERCENT", "ship only what reaches this top-1");
  bound("--max-ms", constraints.max_ms, "MS", "ship only what runs in at most this (median_ms)");
  bound("--max-memory", constraints.max_memory, "BYTES",
        "ship only what takes at most this when it runs (peak_bytes): 8M");
  bound("--max-bytes", constraints.max_bytes, "BYTES",
        "ship only what is at most this as a file (file_bytes): 2M");
  auto* time = verb.add_option("--budget", asked.budget,
                               "search instead of measuring all: 90s, 10m, 1h (10m where a "
                               "constraint is given)")
                   ->type_name("TIME");
  verb.add_option("--retrain", asked.retrain,
                  "a search retrains as well: each technique that takes out weights or channels "
                  "also with so many epochs (needs LibTorch)")
      ->type_name("EPOCHS")
      ->check(kNotEmpty);
  verb.add_flag("--grid", asked.grid, "measure the whole product, with constraints as well")
      ->excludes(time);
  asked.zoo = DLIS_SOURCE_FOLDER;
  verb.add_option("--zoo", asked.zoo, "a folder with zoo/ and recipes/ (where dlis was built)")
      ->type_name("FOLDER")
      ->check(kNotEmpty);
}

void print_summary(const Explored& result) {
  if (!result.search)
    return fmt::print(stderr, "{} stacks, {} of them measured before\n", result.progress.total,
                      result.progress.reused);
  const BudgetResult& search = *result.search;
  fmt::print(stderr, "{} stacks: {} screened, {} measured in full, {} dropped; {} of {} spent{}\n",
             search.stacks, search.screened, search.measured, search.dropped,
             duration(search.spent_seconds), duration(result.budget_seconds),
             search.out_of_budget ? "; a longer --budget goes on from here" : "");
}

}  // namespace dlis::app
