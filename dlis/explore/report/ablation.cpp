// Walks from the best stack to the plain one through the records that exist.
#include "dlis/explore/report/ablation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "dlis/base/text.h"
#include "dlis/explore/command.h"
#include "dlis/explore/report.h"
#include "dlis/explore/stack.h"

namespace dlis {
namespace {

// The layers below the network, in the order in which they give way.
constexpr std::array kLayers{"device", "schedule", "compute", "format", "compress"};
using Choices = std::array<std::string, kLayers.size()>;

Choices choices_of(const Record& r) {
  return {device_of(r), r.text("schedule"), r.text("compute"), r.text("format"),
          r.text("compress")};
}

using Group = std::vector<const Entry*>;

// Where no record has the plain choice of a layer, the best stack's own stays.
Choices plain_choices(const Group& group, const Choices& best) {
  Choices plain = best;
  const Choices wanted{"cpu:1", "static", "indirect_gemm", "dense", "none"};
  for (std::size_t layer = 0; layer < plain.size(); ++layer)
    for (const Entry* e : group)
      if (choices_of(e->record)[layer] == wanted[layer]) plain[layer] = wanted[layer];
  return plain;
}

const Entry* find(const Group& group, const Choices& choices) {
  for (const Entry* e : group)
    if (choices_of(e->record) == choices) return e;
  return nullptr;
}

// A refused record has no accuracy, and so no images to go by.
std::string refusal_of(std::span<const Entry> entries, const std::string& stack,
                       const std::string& machine) {
  for (const Entry& e : entries)
    if (e.record.text("stack") == stack && e.record.text("machine") == machine)
      return e.record.text("refused");
  return "";
}

std::string stack_text(const std::string& model, const Choices& c) {
  return fmt::format("{} | {} | {} | {}/{} | {}", model, c[4], c[3], c[2], c[1], c[0]);
}

// The options behind the stack in the command that measured `record`; records of earlier versions
// do not know theirs.
std::string options_of(const Record& record) {
  const std::string begin = "dlis evaluate " + shell_word(record.text("stack"));
  const std::string command = record.text("command");
  if (command.starts_with(begin)) return command.substr(begin.size());
  return record.number("images") ? " --data DATA" : "";
}

std::string command_for(const std::string& stack_line, const Record& like,
                        const std::string& store) {
  const auto stack = parse_stack(stack_line);
  if (!stack) return "";
  return fmt::format(
      "dlis explore {} --compress {} --format {} --compute {} --schedule {} --threads {} "
      "--device {}{} -o {}",
      shell_word(stack->model), shell_word(text_of(stack->compress)), shell_word(stack->format),
      shell_word(stack->compute), shell_word(text_of(stack->schedule)), stack->threads,
      shell_word(stack->device), options_of(like), shell_word(store));
}

AblationStep step_between(const Entry* with, const Entry* without,
                          const std::vector<std::size_t>& layers) {
  const Choices before = choices_of(with->record), after = choices_of(without->record);
  std::vector<std::string> names, from, to;
  for (const std::size_t layer : layers) {
    names.push_back(kLayers[layer]);
    from.push_back(before[layer]);
    to.push_back(after[layer]);
  }
  AblationStep step{join(names, " + "),
                    join(from, ", "),
                    join(to, ", "),
                    with,
                    without,
                    times_as_fast(with->record, without->record),
                    points_above(with->record, without->record)};
  const auto bytes = with->record.number("peak_bytes"),
             other = without->record.number("peak_bytes");
  if (bytes && other && *other > 0) step.bytes = *bytes / *other;
  return step;
}

Ablation ablation_of(const Entry& shipped, const Group& group, std::span<const Entry> entries,
                     const std::string& store) {
  Ablation out;
  out.best = &shipped;
  const Record& best = shipped.record;
  Choices at = choices_of(best);
  const Choices plain = plain_choices(group, at);
  const Entry* reached = out.best;
  std::vector<std::size_t> pending;  // set back since `reached`
  for (std::size_t layer = 0; layer < kLayers.size(); ++layer) {
    if (std::ranges::all_of(group, [&](const Entry* e) {
          return choices_of(e->record)[layer] == choices_of(best)[layer];
        }))
      out.fixed.push_back(kLayers[layer]);
    if (at[layer] == plain[layer]) continue;
    at[layer] = plain[layer];
    pending.push_back(layer);
    if (const Entry* found = find(group, at)) {
      out.steps.push_back(step_between(reached, found, pending));
      reached = found;
      pending.clear();
    } else {
      const std::string stack = stack_text(best.text("model"), at);
      const std::string refused = refusal_of(entries, stack, best.text("machine"));
      out.missing.push_back(
          {stack, refused, refused.empty() ? command_for(stack, best, store) : ""});
    }
  }
  out.plain = pending.empty() ? reached : nullptr;
  return out;
}

}  // namespace

std::vector<Ablation> ablations(std::span<const Entry> entries, const std::string& store) {
  std::vector<std::string> contexts;
  for (const Entry& e : entries)
    if (is_timed(e.record) && std::ranges::find(contexts, context_of(e.record)) == contexts.end())
      contexts.push_back(context_of(e.record));
  std::vector<Ablation> out;
  for (const std::string& context : contexts) {
    Group group;
    for (const Entry& e : entries)
      if (is_timed(e.record) && context_of(e.record) == context) group.push_back(&e);
    if (const Entry* best = shipped_entry(group))
      out.push_back(ablation_of(*best, group, entries, store));
  }
  return out;
}

}  // namespace dlis
