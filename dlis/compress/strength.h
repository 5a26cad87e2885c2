// How much of a network a technique may take: the strength that an accuracy allows.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "dlis/compress/technique.h"

namespace dlis {

// Whether the choice's row has strengths and none of them is given: `weight_prune` without zeros.
bool lacks_strength(const Choice& choice);

// How much accuracy may go, and who measures it.
struct StrengthSearch {
  double most_drop = 0;                                    // points of top-1 accuracy
  std::function<Result<double>(const Graph& graph)> top1;  // percent, on `images`
  std::string images;                                      // what they are, for the note
  std::function<void(const std::string& line)> report;     // one for each evaluation
};

// The largest strength that keeps to it.
struct FoundStrength {
  std::vector<Choice> chain;  // with the strength
  std::string note;           // which one, and what it lost
};

// The largest strength, in hundredths, with which the whole chain in one shot loses at most
// `most_drop`, for the one choice of the chain that lacks it. By bisection (7 evaluations and one
// of `graph`), as if more strength never lost less; a refusal counts as too strong. Errors: those
// of the chain and of `top1`; two choices lack one; the least strength loses more.
Result<FoundStrength> find_strength(const Graph& graph, const std::vector<Choice>& chain,
                                    const CompressOptions& options, const StrengthSearch& search);

}  // namespace dlis
