// Rounds of screening, then the finals.
#include "dlis/explore/budgeted.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dlis/base/clock.h"
#include "dlis/base/text.h"
#include "dlis/explore/describe.h"
#include "dlis/explore/screening.h"

namespace dlis {
namespace {

class Search {
 public:
  Search(std::span<const Stack> stacks, const Stage& screening, const Stage& full,
         const BudgetOptions& options, const Report& report)
      : stacks_(stacks), cheap_(screening), full_(full), options_(options), report_(report) {
    outcome_.stacks = std::int64_t(stacks.size());
    for (const Stack& stack : stacks) {
      Prospect prospect;
      prospect.axes = axes_of(stack);
      if (options.extra_seconds) prospect.extra_seconds = options.extra_seconds(stack);
      prospects_.push_back(std::move(prospect));
    }
  }

  Result<BudgetResult> run() {
    DLIS_TRY(screen());
    if (!outcome_.stopped) DLIS_TRY(finish());
    return outcome_;
  }

 private:
  // A round into a stage's store; false where it was stopped or the time is over.
  Result<bool> evaluate(const std::vector<std::size_t>& round, const Stage& stage, double limit) {
    std::vector<Stack> stacks;
    for (const std::size_t index : round) stacks.push_back(stacks_[index]);
    const double start = now_ms();
    const Report watch = [&](const Progress& p) {
      const double spent = outcome_.spent_seconds + (now_ms() - start) / 1000;
      Progress all = p;
      all.done += outcome_.screened + outcome_.measured;
      all.total = std::max(outcome_.stacks, all.done + 1);
      all.seconds_left = std::max(0.0, options_.budget_seconds - spent);
      const bool goes_on = p.stack.empty() || !report_ || report_(all);
      outcome_.stopped = outcome_.stopped || !goes_on;
      outcome_.out_of_budget = outcome_.out_of_budget || (spent > limit && !p.stack.empty());
      return goes_on && spent <= limit;
    };
    const SweepResult swept = DLIS_TRY(sweep(stacks, *stage.store, stage.measuring, watch));
    return !swept.stopped;
  }

  // What a stage's store has of a stack; its time counts as spent.
  struct Evaluated {
    std::string key;
    Record record;
    double seconds = 0;
  };
  Result<std::optional<Evaluated>> evaluated(std::size_t index, const Stage& stage) {
    const std::string key = DLIS_TRY(stage.measuring.key(stacks_[index]));
    const auto record = DLIS_TRY(stage.store->get(key));
    if (!record) return std::nullopt;
    const double seconds = DLIS_TRY(stage.store->seconds_of(key));
    outcome_.spent_seconds += seconds;
    return Evaluated{key, *record, seconds};
  }

  Status screen() {
    const double limit = options_.budget_seconds * options_.screening_share;
    for (;;) {
      const Reference corner = reference_of(first_that_ran(), options_.constraints);
      const auto wanted = propose(prospects_, corner, options_.search);
      const auto round = affordable(wanted, limit);
      outcome_.out_of_budget = outcome_.out_of_budget || round.size() < wanted.size();
      if (round.empty()) return {};
      const bool complete = DLIS_TRY(evaluate(round, cheap_, limit));
      for (const std::size_t index : round)
        if (const auto found = DLIS_TRY(evaluated(index, cheap_)); found) keep(index, *found);
      DLIS_TRY(check_labels());
      if (!complete) return {};
    }
  }

  Status check_labels() const {
    const Record first = first_that_ran();
    if (!bounds_top1(options_.constraints) || !achieved_of(first) || first.number("top1"))
      return {};
    return fail("the images have no labels, so that no top-1 is known", "--min-top1",
                "give labelled images, or search without it: agreement is shown");
  }

  // The dense network, or what stands for it where that was refused.
  Record first_that_ran() const {
    const auto first =
        std::ranges::find_if(records_, [](const Record& r) { return achieved_of(r).has_value(); });
    return first == records_.end() ? Record{} : *first;
  }

  // Of a round, best first, what is expected to fit; stacks of one technique follow each other,
  // because they share the compressed network.
  std::vector<std::size_t> affordable(const std::vector<std::size_t>& wanted, double limit) const {
    const auto expected = expected_seconds(prospects_);
    double seconds = outcome_.spent_seconds;
    std::vector<std::size_t> round;
    for (const std::size_t index : wanted) {
      if (!records_.empty() && seconds + expected[index] > limit) continue;
      seconds += expected[index];
      round.push_back(index);
    }
    std::ranges::sort(round);
    return round;
  }

  void keep(std::size_t index, const Evaluated& found) {
    const Record& record = found.record;
    Prospect& prospect = prospects_[index];
    prospect.evaluated = true;
    prospect.seconds = found.seconds;
    prospect.achieved = achieved_of(record);
    screened_.push_back(index);
    records_.push_back(record);
    ++outcome_.screened;
    if (index == 0) return;
    const std::string reason = doomed(record, options_.constraints);
    if (reason.empty()) return;
    prospect.achieved.reset();
    for (std::size_t i = 1; i < prospects_.size(); ++i)
      if (!prospects_[i].evaluated && stacks_[i].model == stacks_[index].model &&
          stacks_[i].compress == stacks_[index].compress) {
        prospects_[i].evaluated = true;
        doomed_.emplace_back(i, reason);
      }
  }

  Status finish() {
    const auto reasons = drop_reasons(records_, options_.constraints);
    for (std::size_t i = 0; i < records_.size(); ++i)
      if (!reasons[i].empty()) DLIS_TRY(drop(screened_[i], records_[i], reasons[i]));
    for (const auto& [index, reason] : doomed_)
      if (!std::ranges::count(screened_, index)) DLIS_TRY(drop(index, described(index), reason));
    const auto finals = finals_of(records_, reasons, options_.constraints);
    std::vector<Record> keeping;
    for (const std::size_t i : finals) {
      if (is_enough(keeping)) {
        DLIS_TRY(
            drop(screened_[i], records_[i],
                 fmt::format("slower than `{}` and `{}`, which keep {}", keeping[0].text("stack"),
                             keeping[1].text("stack"), text_of(options_.constraints))));
        continue;
      }
      if (!DLIS_TRY(evaluate({screened_[i]}, full_, options_.budget_seconds))) break;
      const auto found = DLIS_TRY(evaluated(screened_[i], full_));
      if (!found) break;
      outcome_.keys.push_back(found->key);
      ++outcome_.measured;
      if (keeps(options_.constraints, found->record)) keeping.push_back(found->record);
    }
    return {};
  }

  // The fastest come first, so what follows cannot be the answer.
  bool is_enough(const std::vector<Record>& keeping) const {
    return bounds_top1(options_.constraints) && options_.enough >= 2 &&
           keeping.size() >= options_.enough;
  }

  Record described(std::size_t index) const {
    Record record;
    describe(stacks_[index], record);
    record.set("machine", records_[0].text("machine"));
    record.set("commit", records_[0].text("commit"));
    return record;
  }

  // A wider run may measure the stack: the key is another one.
  Status drop(std::size_t index, Record record, const std::string& reason) {
    if (record.refused()) {
      record.set("refused", reason);
    } else {
      record.set("refused", kDropped + reason);
      ++outcome_.dropped;
    }
    const std::string key = DLIS_TRY(full_.measuring.key(stacks_[index]));
    return full_.store->put(key + " dropped", record);
  }

  std::span<const Stack> stacks_;
  const Stage &cheap_, &full_;
  const BudgetOptions& options_;
  const Report& report_;
  std::vector<Prospect> prospects_;
  std::vector<std::size_t> screened_;  // in the order of records_
  std::vector<Record> records_;
  std::vector<std::pair<std::size_t, std::string>> doomed_;
  BudgetResult outcome_;
};

}  // namespace

Result<BudgetResult> explore_within(std::span<const Stack> stacks, const Stage& screening,
                                    const Stage& full, const BudgetOptions& options,
                                    const Report& report) {
  if (stacks.empty()) return BudgetResult{};
  return Search(stacks, screening, full, options, report).run();
}

Result<double> parse_duration(std::string_view text, std::string_view where) {
  static const std::map<char, double> kUnits{{'s', 1}, {'m', 60}, {'h', 3600}};
  const auto unit = text.empty() ? kUnits.end() : kUnits.find(text.back());
  const auto number =
      unit == kUnits.end() ? Result<double>(fail("")) : parse_real(text.substr(0, text.size() - 1));
  const double seconds = number ? *number * unit->second : 0;
  if (seconds > 0 && seconds <= 30 * 86400.0) return seconds;
  return fail(fmt::format("'{}' is no time to spend", text), std::string(where),
              "write it as 90s, 10m or 1h, at most 30 days");
}

}  // namespace dlis
