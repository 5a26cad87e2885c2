// Text inside HTML and SVG.
#pragma once
#include <string>
#include <string_view>

namespace dlis {

// For text between tags and inside quoted attributes: & < > " ' become entities, control characters
// but line ends and tabs are left out.
std::string html_escaped(std::string_view text);

// JSON for `<script type="application/json">`, which ends at `</script` whatever stands around it:
// < > & become \u003c and so on, which inside JSON strings, where alone they occur, mean the same.
std::string script_safe(std::string_view json);

}  // namespace dlis
