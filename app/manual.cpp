// dlis man: the manual page, from what the verbs told the parser.
#include "definition.h"
#include "output.h"
#include "verb.h"

namespace dlis::app {
namespace {

// Text as roff prints it: no line may begin like a request.
std::string roff(std::string_view text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    begins = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '~')
      out += "\\(ti";
    else if (c == '^')
      out += "\\(ha";
    else if (c == '`')
      out += "\\(ga";
    else
      out += c;
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string item(const std::string& head, std::string_view about) {
  return ".TP\n" + head + "\n" + (about.empty() ? "\\&" : roff(about)) + "\n";
}

std::string head_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : spellings_of(option))
    names.push_back(option.nonpositional() ? bold(name) : italic(name));
  std::string head = join(names, ", ");
  if (option.nonpositional() && takes_value(option) && !placeholder_of(option).empty())
    head += " " + italic(placeholder_of(option));
  return head;
}

std::string synopsis_of(const CLI::App& verb) {
  std::string text = bold("dlis " + verb.get_name());
  for (const CLI::Option* option : positionals_of(verb)) {
    const std::string name = italic(spellings_of(*option)[0]);
    text += " " + (option->get_required() ? name : "[" + name + "]");
    if (option->get_expected_max() > 1) text += "...";
  }
  return text + " [" + italic("options") + "]";
}

std::string verb_text(const CLI::App& verb) {
  std::string text = ".SS " + verb.get_name() + "\n" + synopsis_of(verb) + "\n.PP\n" +
                     roff(verb.get_description()) + ".\n";
  for (const auto& options : {positionals_of(verb), options_of(verb)})
    for (const CLI::Option* option : options)
      if (option != verb.get_help_ptr()) text += item(head_of(*option), option->get_description());
  return text;
}

constexpr const char* kDescription =
    R"(dlis measures which combination of network, compression technique, weight format, algorithm, schedule and device nothing else beats in accuracy, time and memory on this machine. A combination is a stack, one line of text:
.PP
.RS
.EX
resnet20 | weight_prune:zeros=0.5 | csr | auto/static | cpu:2
.EE
.RE
.PP
)";

constexpr const char* kEnd = R"(.SH FILES
.TP
\fI\(ti/.cache/dlis/\fR
Measured choices, so that the next plan need not measure again. May be removed at any time.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Failed; one sentence on standard error says what, where, and what to do.
.TP
.B 2
Wrong usage.
.SH EXAMPLES
.EX
dlis explore net.onnx \-\-compress none,weight_prune:zeros=0.8 \-\-format dense,csr \\
    \-\-threads 1,2 \-\-data images:DIR \-o run.db
dlis report run.db \-o report.html
dlis compress net.onnx \-\-compress quantise:type=int8 \-\-data images:DIR \-o small.onnx
dlis doctor
.EE
)";

std::string manual(const CLI::App& app) {
  std::string text = fmt::format(
      ".\\\" Made by `dlis man`.\n.TH DLIS 1 \"\" \"dlis {0}\" \"User Commands\"\n.ad l\n.SH "
      "NAME\ndlis "
      "\\- explores "
      "which network, compression, data format, algorithm and device run best together\n"
      ".SH SYNOPSIS\n\\fBdlis\\fR \\fIverb\\fR [\\fIoptions\\fR]\n.br\n\\fBdlis\\fR \\fIverb\\fR "
      "\\fB\\-\\-help\\fR\n.br\n\\fBdlis \\-\\-version\\fR\n.SH DESCRIPTION\n",
      version());
  const std::string footer = app.get_footer();
  text += kDescription + roff(footer.substr(0, footer.find("Exit status"))) + ".SH VERBS\n";
  for (const CLI::App* verb : verbs_of(app)) text += verb_text(*verb);
  text += ".SH ENVIRONMENT\n";
#define DLIS_VARIABLE(name, about) text += item(bold(name), about);
#include "environment.inc"
#undef DLIS_VARIABLE
  return text + kEnd;
}

}  // namespace

void add_man(CLI::App& app, Action& chosen) {
  auto* verb = app.add_subcommand("man", "the manual page: dlis man | man -l -");
  verb->callback([&app, &chosen] {
    chosen = [&app]() -> Status {
      print(manual(app));
      return {};
    };
  });
}

}  // namespace dlis::app
