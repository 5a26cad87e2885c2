// Small work on text: cutting, joining, numbers, and the nearest name to one that is unknown.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// Parts between separators; empty parts are kept, so "a,,b" has three and "" has one.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);  // without spaces, tabs and line ends around it
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string lower(std::string_view text);  // ASCII only

// Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other
// (optimal string alignment: Damerau, "A technique for computer detection and correction of
// spelling errors", 1964).
int edit_distance(std::string_view a, std::string_view b);

// The candidates that `name` is likely to mean, best first, at most `most`: those within a third of
// its length in edits (at least 2), and those that begin with it.
std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates,
                                 std::size_t most = 3);

// `unknown format 'cser'; did you mean csr?`; where nothing is near, the hint lists the candidates.
Error unknown_name(std::string_view kind, std::string_view name,
                   const std::vector<std::string>& candidates);

// The names of a list's rows, for the above: `names_of(formats())`.
template <class Rows>
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto* row : rows) names.emplace_back(row->name);
  return names;
}

std::string format_bytes(std::int64_t bytes);  // "512 B", "1.50 KiB", "2.00 GiB"

// "64M", "1.5 GiB", "4096": K, M, G and T are powers of 1024, B and iB may follow. Errors: not so,
// negative, or beyond 2^62.
Result<std::int64_t> parse_bytes(std::string_view text, std::string_view where = {});

// The whole text is one decimal number, independent of the locale; a real one is finite. Errors
// quote the text; `where` names its place ("limit").
Result<std::int64_t> parse_integer(std::string_view text, std::string_view where = {});
Result<double> parse_real(std::string_view text, std::string_view where = {});

// As one word of a POSIX shell: as it is where no shell would change it, else quoted: 'it'\''s'.
std::string shell_word(std::string_view text);

}  // namespace dlis
