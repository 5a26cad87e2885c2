// The report for a terminal.
#include "dlis/explore/report.h"

namespace dlis {

std::string report_text(std::span<const Record> records, const std::string& answer) {
  const auto latest = latest_of(records);
  std::string text = table_of(latest, latest_places(records));
  if (const std::string formats = formats_table(latest); !formats.empty())
    text += "\neach format against dense, fastest stack against fastest stack\n" + formats;
  text += "\n" + (answer.empty() ? advice(latest) : answer) + "\n";
  if (const std::string mixture = mixture_of(latest); !mixture.empty()) text += mixture + "\n";
  return text;
}

}  // namespace dlis
