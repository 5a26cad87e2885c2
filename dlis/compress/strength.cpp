// Bisection over one-shot results.
#include "dlis/compress/strength.h"

#include <fmt/format.h>

#include <algorithm>

namespace dlis {
namespace {

// The one that lacks its strength.
Result<std::size_t> place_in(const std::vector<Choice>& chain) {
  const auto first = std::ranges::find_if(chain, lacks_strength);
  if (first == chain.end()) return fail("no technique lacks its strength");
  const auto second = std::find_if(first + 1, chain.end(), lacks_strength);
  if (second != chain.end())
    return fail(fmt::format("{} and {} both lack their strength, and only one can be found",
                            first->name, second->name),
                "", fmt::format("give {}", find_technique(second->name)->strengths[0]));
  return std::size_t(first - chain.begin());
}

struct Trial {
  double drop = 0;
  std::optional<Error> refused;
};

class Search {
 public:
  Search(const Graph& graph, std::vector<Choice> chain, std::size_t place, CompressOptions options,
         const StrengthSearch& search)
      : graph_(graph),
        chain_(std::move(chain)),
        place_(place),
        options_(std::move(options)),
        search_(search) {
    options_.one_shot = true;
  }

  Result<FoundStrength> run() {
    set(1);
    for (const Choice& choice : chain_) DLIS_TRY(check_choice(choice));
    before_ = DLIS_TRY(search_.top1(graph_));
    search_.report(fmt::format("top-1 {:.2f} % before, on {}", before_, search_.images));
    int low = 0, high = 100;
    Trial least, best;
    while (high - low > 1) {
      const int middle = (low + high) / 2;
      set(middle);
      Trial trial = DLIS_TRY(attempt());
      const bool fits = !trial.refused && trial.drop <= search_.most_drop;
      (fits ? low : high) = middle;
      (fits ? best : least) = std::move(trial);
    }
    set(std::max(low, 1));
    if (low == 0) return too_much(least);
    return FoundStrength{
        chain_, fmt::format("{} is the largest strength that loses at most {:.2f} points in one "
                            "shot: {:.2f} of {:.2f} % on {}",
                            text(), search_.most_drop, best.drop, before_, search_.images)};
  }

 private:
  const char* name() const { return find_technique(chain_[place_].name)->strengths[0]; }
  std::string text() const {
    return fmt::format("{}={}", name(), chain_[place_].parameters.at(name()));
  }
  void set(int hundredths) {
    chain_[place_].parameters[name()] = fmt::format("{}", hundredths / 100.0);
  }

  Result<Trial> attempt() {
    const Result<Compressed> made = compress(graph_, chain_, options_);
    if (!made && !made.error().refused) return tl::unexpected(made.error());
    if (!made) {
      search_.report(fmt::format("{}: {}", text(), made.error().what));
      return Trial{0, made.error()};
    }
    const double top1 = DLIS_TRY(search_.top1(made->graph));
    search_.report(
        fmt::format("{}: top-1 {:.2f} %, {:.2f} points lost", text(), top1, before_ - top1));
    return Trial{before_ - top1, {}};
  }

  // What the least strength came to.
  tl::unexpected<Error> too_much(const Trial& trial) const {
    if (trial.refused) return tl::unexpected(*trial.refused);
    return fail(fmt::format("even {} loses {:.2f} points of top-1 accuracy in one shot, where "
                            "{:.2f} are allowed",
                            text(), trial.drop, search_.most_drop),
                chain_[place_].name, fmt::format("allow more, or give {}", name()));
  }

  const Graph& graph_;
  std::vector<Choice> chain_;
  std::size_t place_;
  CompressOptions options_;
  const StrengthSearch& search_;
  double before_ = 0;
};

}  // namespace

bool lacks_strength(const Choice& choice) {
  const Technique* row = find_technique(choice.name);
  return row && !row->strengths.empty() &&
         std::ranges::all_of(row->strengths, [&](const char* name) {
           const std::string given = parameter_of(*row, choice, name);
           return given.empty() || given == "none";
         });
}

Result<FoundStrength> find_strength(const Graph& graph, const std::vector<Choice>& chain,
                                    const CompressOptions& options, const StrengthSearch& search) {
  return Search(graph, chain, DLIS_TRY(place_in(chain)), options, search).run();
}

}  // namespace dlis
