// Finds records by number or stack.
#include "dlis/explore/export/pick.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/text.h"
#include "dlis/explore/report.h"
#include "dlis/explore/stack.h"

namespace dlis {
namespace {

constexpr const char* kShowsNumbers = "`dlis report RUN.db` shows the numbers";

bool is_number(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

Result<Entry> by_number(std::span<const Record> store, std::string_view id) {
  const auto number = parse_integer(id, "the record");
  if (!number || *number < 1 || std::size_t(*number) > store.size())
    return fail(fmt::format("there is no record {}: the store has 1 to {}", id, store.size()), "",
                kShowsNumbers);
  return Entry{std::size_t(*number), store[std::size_t(*number) - 1]};
}

Result<Entry> by_stack(std::span<const Entry> entries, const std::string& id) {
  const auto stack = parse_stack(id);
  std::vector<Entry> found;
  for (const Entry& e : entries)
    if ((stack && e.record.text("stack") == text_of(*stack)) || choices_text(e.record) == id)
      found.push_back(e);
  if (found.size() == 1) return found[0];
  if (found.empty())
    return fail(fmt::format("no record is of the stack `{}`", id), "", kShowsNumbers);
  std::vector<std::string> numbers;
  for (const Entry& e : found) numbers.push_back(std::to_string(e.number));
  return fail(fmt::format("the records {} are of `{}`", join(numbers, ", "), id), "",
              "give the number of one");
}

Result<Entry> shipped_entry(std::span<const Record> store, std::span<const Entry> entries,
                            const KeptAnswer& answer) {
  if (answer.number) return by_number(store, std::to_string(answer.number));
  if (!answer.text.empty()) return fail(answer.text, "", "or name a record with --pick");
  std::vector<const Entry*> all;
  for (const Entry& e : entries) all.push_back(&e);
  if (const Entry* pick = shipped_entry(all)) return *pick;
  return fail(
      store.empty() ? "the store has no record" : "the store has no stack that was measured", "",
      "explore other stacks");
}

}  // namespace

Result<Entry> pick_record(std::span<const Record> store, const std::string& id,
                          const KeptAnswer& answer) {
  const auto entries = entries_of(store);
  const std::string_view number = std::string_view(id).substr(id.starts_with('#'));
  const Entry pick = DLIS_TRY(id.empty()          ? shipped_entry(store, entries, answer)
                              : is_number(number) ? by_number(store, number)
                                                  : by_stack(entries, id));
  const std::string name = fmt::format("record {}", pick.number);
  if (pick.record.refused())
    return fail("the stack was not measured: " + pick.record.text("refused"), name, "");
  if (!is_timed(pick.record)) return fail("the record has no time", name, "explore it again");
  return pick;
}

}  // namespace dlis
