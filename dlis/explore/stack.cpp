// The stack line: parsing, printing and checking it against the lists.
#include "dlis/explore/stack.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/capability.h"
#include "dlis/base/limits.h"
#include "dlis/base/text.h"
#include "dlis/compute/parallel/schedule.h"
#include "dlis/compute/row.h"
#include "dlis/format/encoded.h"
#include "dlis/hardware/device.h"
#include "dlis/model/zoo/zoo.h"

namespace dlis {
namespace {

std::string quoted(std::string_view text) {
  return fmt::format("'{}{}'", text.substr(0, 60), text.size() > 60 ? "..." : "");
}

tl::unexpected<Error> bad(std::string what, std::string_view part, const char* hint) {
  return fail(std::move(what) + " " + quoted(part), "stack", hint);
}

// A name alone: format and compute take no parameters.
Result<std::string> parse_name(std::string_view text, const char* field) {
  if (text.empty()) return bad(fmt::format("no {} in", field), text, "name a row or auto");
  if (auto at = text.find_first_of(":+,/|= \t\r\n"); at != std::string_view::npos)
    return bad(fmt::format("'{}' does not belong into the {}", text[at], field), text,
               "name one row or auto");
  return std::string(text);
}

Status parse_compute(std::string_view text, Stack& into) {
  const std::size_t slash = text.find('/');
  into.compute = DLIS_TRY(parse_name(trim(text.substr(0, slash)), "compute"));
  if (slash != std::string_view::npos)
    into.schedule = DLIS_TRY(parse_choice(trim(text.substr(slash + 1))));
  return {};
}

// `cpu:2` gives the workers and leaves `cpu`; `opencl:0` stays as it is.
Result<std::string> parse_device_part(std::string_view part, Stack& into) {
  const std::size_t colon = part.find(':');
  const std::string name = DLIS_TRY(parse_name(part.substr(0, colon), "device"));
  if (colon == std::string_view::npos) return name;
  auto number = parse_integer(part.substr(colon + 1));
  const bool is_cpu = name == "cpu";
  if (!number || *number < (is_cpu ? 1 : 0) || *number > kMostThreads)
    return bad("the number behind ':' is not right in device", part,
               is_cpu ? "cpu:WORKERS has 1 to 1024 workers" : "it is the device's index, from 0");
  if (!is_cpu) return fmt::format("{}:{}", name, *number);
  into.threads = int(*number);
  return name;
}

Status check_model(const std::string& model) {
  const std::string name = model.substr(0, model.find('?'));
  if (name.find_first_of("/.") != std::string::npos || is_model_name(name)) return {};
  const std::string row = name.substr(0, name.find('@'));
  for (const std::string& form : {row, row + "@224"})  // the row is there, not this form of it
    if (is_model_name(form))
      return fail(fmt::format("there is no model '{}'", name), "", "there is " + form);
  Error error = unknown_name("model", row, names_of(models()));
  if (error.hint.empty() || error.hint.back() != '?') error.hint += " (or give an .onnx file)";
  return tl::unexpected(error);
}

}  // namespace

std::string text_of(const std::vector<Choice>& chain) {
  std::vector<std::string> parts;
  for (const Choice& choice : chain) parts.push_back(text_of(choice));
  return join(parts, " + ");
}

std::string device_text(const Stack& stack) {
  std::vector<std::string> parts;
  for (std::string_view part : split(stack.device, '+'))
    parts.push_back(part == "cpu" ? fmt::format("cpu:{}", stack.threads) : std::string(part));
  return join(parts, "+");
}

std::string text_of(const Stack& stack) {
  return fmt::format("{} | {} | {} | {}/{} | {}", stack.model, text_of(stack.compress),
                     stack.format, stack.compute, text_of(stack.schedule), device_text(stack));
}

Result<std::vector<Choice>> parse_chain(std::string_view text) {
  std::vector<Choice> chain;
  for (std::string_view part : split(text, '+'))
    chain.push_back(DLIS_TRY(parse_choice(trim(part))));
  return chain;
}

Status parse_device(std::string_view text, Stack& into) {
  std::vector<std::string> parts;
  into.threads = 1;
  for (std::string_view part : split(text, '+')) {
    std::string device = DLIS_TRY(parse_device_part(trim(part), into));
    if (std::find(parts.begin(), parts.end(), device) != parts.end())
      return bad("a device is named twice in", text, "name each once");
    parts.push_back(std::move(device));
  }
  into.device = join(parts, "+");
  return {};
}

Result<Stack> parse_stack(std::string_view text) {
  if (text.size() > kMostLineBytes)
    return fail(fmt::format("a stack has at most {} bytes, not {}", kMostLineBytes, text.size()),
                "stack");
  const auto fields = split(text, '|');
  if (fields.size() != 5)
    return bad(fmt::format("a stack has five fields between '|', not {}:", fields.size()), text,
               "write MODEL | COMPRESS | FORMAT | COMPUTE/SCHEDULE | DEVICE");
  Stack stack;
  stack.model = trim(fields[0]);
  if (stack.model.empty()) return bad("no model in", text, "begin with a file or a row");
  if (stack.model.find_first_of("\r\n") != std::string::npos)
    return bad("a line break in the model of", text, "write the stack as one line");
  stack.compress = DLIS_TRY(parse_chain(trim(fields[1])));
  stack.format = DLIS_TRY(parse_name(trim(fields[2]), "format"));
  DLIS_TRY(parse_compute(trim(fields[3]), stack));
  DLIS_TRY(parse_device(trim(fields[4]), stack));
  return stack;
}

Status check_names(const Stack& stack) {
  DLIS_TRY(check_model(stack.model));
  for (const Choice& choice : stack.compress) DLIS_TRY(check_choice(choice));
  if (stack.format != "auto" && !find_format(stack.format))
    return tl::unexpected(unknown_name("format", stack.format, names_of(formats())));
  if (stack.compute != "auto" && !find_conv_row(stack.compute))
    return tl::unexpected(unknown_row("compute row", stack.compute, names_of(conv_rows())));
  if (stack.schedule.name != "auto") DLIS_TRY(parse_schedule(text_of(stack.schedule)));
  for (std::string_view device : split(stack.device, '+')) {
    const std::string_view name = device.substr(0, device.find(':'));
    if (!find_device(name)) return tl::unexpected(unknown_row("device", name, names_of(devices())));
  }
  return {};
}

}  // namespace dlis
