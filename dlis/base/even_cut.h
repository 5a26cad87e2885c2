// Cuts a row of items of different weight into parts that weigh about the same.
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>

namespace dlis {

// Where part `i` of `parts` begins: an index into the n items whose running sums are `sums`
// (n + 1 of them, ascending, the first need not be 0). It is the one nearest to an equal share, so
// any neighbouring parts together weigh what they should to within an item. Part 0 begins at 0 and
// part `parts`, which there is not, at n; parts may be empty.
template <class Sum>
std::int64_t even_cut(std::span<const Sum> sums, std::int64_t parts, std::int64_t i) {
  if (i == 0) return 0;
  if (i == parts) return std::int64_t(sums.size()) - 1;
  const Sum share = sums.front() + (sums.back() - sums.front()) * Sum(i) / Sum(parts);
  auto at = std::ranges::lower_bound(sums, share);
  if (at != sums.begin() && share - *(at - 1) <= *at - share) --at;
  return at - sums.begin();
}

}  // namespace dlis
