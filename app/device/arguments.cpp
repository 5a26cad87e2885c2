// The command line of `dlis-run`.
#include "arguments.h"

#include <fmt/format.h>

namespace dlis::app {

const char* const kHelp =
    "usage: dlis-run MODEL.dlis --input FILE --output FILE [options]\n"
    "Runs a network that `dlis pack` made.\n"
    "  --input FILE    .npy, or .bin: bare bytes; once for each input, in their order\n"
    "  --output FILE   the same; without it nothing is written\n"
    "  --threads N     workers (1)\n"
    "  --repeat N      runs (1)\n"
    "  --tune          measures which row is the fastest for each layer\n"
    "  -o PLAN         keeps what was chosen, for `dlis pack MODEL --for PLAN`\n"
    "  --check         reads all weights first, and whether they are what was written\n"
    "  --json          one object: times in ms, memory in bytes\n"
    "       dlis-run --jobs FOLDER\n"
    "Measures what `dlis ... --target` sends, line by line; files and answers lie in the folder.\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage.\n";

namespace {

constexpr int kMostRuns = 1 << 20;

class Parser {
 public:
  explicit Parser(std::span<char* const> texts) : texts_(texts) {}

  Result<RunArguments> parse() {
    for (; next_ < texts_.size(); ++next_) DLIS_TRY(take(texts_[next_]));
    if (out_.help) return out_;
    if (!out_.jobs.empty() && texts_.size() > 2) return fail("--jobs stands alone");
    if (!out_.jobs.empty()) return out_;
    if (out_.model.empty()) return fail("MODEL.dlis is missing");
    if (!out_.plan.empty() && !out_.tune) return fail("-o keeps what --tune measures");
    return out_;
  }

 private:
  Status take(const std::string& text) {
    if (text == "--help" || text == "-h") return set(out_.help);
    if (text == "--tune") return set(out_.tune);
    if (text == "--json") return set(out_.json);
    if (text == "--check") return set(out_.check);
    if (text == "--input") return add(out_.inputs, text);
    if (text == "--output") return add(out_.outputs, text);
    if (text == "--threads") return number(out_.threads, text, 1024);
    if (text == "--repeat") return number(out_.repeat, text, kMostRuns);
    if (text == "--jobs") {
      out_.jobs = DLIS_TRY(value(text));
      return {};
    }
    if (text == "-o") {
      out_.plan = DLIS_TRY(value(text));
      return {};
    }
    if (text.starts_with('-') && text != "-")
      return tl::unexpected(unknown_name("option", text,
                                         {"--input", "--output", "--threads", "--repeat", "--tune",
                                          "--check", "--json", "--jobs", "--help", "-o"}));
    if (!out_.model.empty()) return fail(fmt::format("'{}' is one too many", text));
    out_.model = text;
    return {};
  }

  static Status set(bool& flag) {
    flag = true;
    return {};
  }

  Result<std::string> value(const std::string& option) {
    if (next_ + 1 >= texts_.size() || !*texts_[next_ + 1])
      return fail(fmt::format("{} needs a value", option));
    return std::string(texts_[++next_]);
  }

  Status add(std::vector<std::string>& files, const std::string& option) {
    files.push_back(DLIS_TRY(value(option)));
    return {};
  }

  Status number(int& to, const std::string& option, int most) {
    const std::string text = DLIS_TRY(value(option));
    const std::int64_t given = DLIS_TRY(parse_integer(text, option));
    if (given < 1 || given > most)
      return fail(fmt::format("{} is 1 to {}, not {}", option, most, given));
    to = int(given);
    return {};
  }

  std::span<char* const> texts_;
  std::size_t next_ = 0;
  RunArguments out_;
};

}  // namespace

Result<RunArguments> parse_arguments(std::span<char* const> texts) { return Parser(texts).parse(); }

}  // namespace dlis::app
