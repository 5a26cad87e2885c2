// The decisions of a plan as a JSON file that a later run takes instead of measuring.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "dlis/base/file.h"
#include "dlis/runtime/plan.h"
#include "dlis/runtime/split.h"

namespace dlis {

int workers_of(const Step& step, const PlanOptions& options) {
  return step.workers > 0 ? std::min(step.workers, options.threads) : options.threads;
}

Choices choices_of(const Plan& plan) {
  Choices out;
  for (const Step& step : plan.steps) {
    const int workers = workers_of(step, plan.options);
    if (!step.conv_row && workers < plan.options.threads)
      out[step.name] = {step.op_row->name, "", text_of(step.schedule), "", workers};
    if (!step.conv_row) continue;
    out[step.name] = {step.conv_row->name,
                      step.conv.format->name,
                      text_of(step.schedule),
                      std::string(name_of(step.conv.type)),
                      workers < plan.options.threads ? workers : 0,
                      step.conv.workers == workers ? 0 : step.conv.workers,
                      text_of(step.split)};
  }
  return out;
}

Status save_choices(const Choices& choices, const std::filesystem::path& file) {
  auto layers = nlohmann::ordered_json::object();
  for (const auto& [layer, choice] : choices) {
    layers[layer] = {{"row", choice.row},
                     {"format", choice.format},
                     {"schedule", choice.schedule},
                     {"type", choice.type}};
    if (choice.workers) layers[layer]["workers"] = choice.workers;
    if (choice.cut) layers[layer]["cut"] = choice.cut;
    if (!choice.split.empty()) layers[layer]["split"] = choice.split;
  }
  const nlohmann::ordered_json root{
      {"dlis_plan", 1}, {"isa", name_of(host_isa())}, {"layers", layers}};
  return write_file_atomic(
      file, root.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

namespace {

tl::unexpected<Error> no_plan(const std::filesystem::path& file) {
  return fail("this is not a plan file", file.string(), "`dlis plan MODEL -o FILE` writes one");
}

Result<nlohmann::json> load_root(const std::filesystem::path& file) {
  const std::string text = DLIS_TRY(read_text(file));
  auto root = nlohmann::json::parse(text, nullptr, false);
  if (!root.is_object() || root.value("dlis_plan", nlohmann::json()) != 1) return no_plan(file);
  return root;
}

std::optional<Isa> find_isa(std::string_view name) {
  for (int i = 0; name_of(Isa(i)) != "unknown"; ++i)
    if (name_of(Isa(i)) == name) return Isa(i);
  return std::nullopt;
}

}  // namespace

Result<Isa> load_isa(const std::filesystem::path& file) {
  const nlohmann::json root = DLIS_TRY(load_root(file));
  if (!root.contains("isa")) return host_isa();
  const auto isa =
      root["isa"].is_string() ? find_isa(root["isa"].get<std::string>()) : std::nullopt;
  if (!isa)
    return fail("it was made for the instruction set " + root["isa"].dump() +
                    ", which this version does not know",
                file.string(), "plan the network again");
  return *isa;
}

Result<Choices> load_choices(const std::filesystem::path& file) {
  const nlohmann::json root = DLIS_TRY(load_root(file));
  const auto broken = [&] { return no_plan(file); };
  const auto layers = root.value("layers", nlohmann::json());
  if (!layers.is_object()) return broken();
  Choices out;
  for (const auto& [layer, choice] : layers.items()) {
    LayerChoice& to = out[layer];
    for (auto [key, field] : {std::pair{"row", &to.row},
                              {"format", &to.format},
                              {"schedule", &to.schedule},
                              {"type", &to.type},
                              {"split", &to.split}}) {
      const bool optional = field == &to.type || field == &to.split;  // earlier versions have none
      if (optional && choice.is_object() && !choice.contains(key)) continue;
      if (!choice.is_object() || !choice.contains(key) || !choice[key].is_string()) return broken();
      *field = choice[key].get<std::string>();
    }
    for (auto [key, field] : {std::pair{"workers", &to.workers}, {"cut", &to.cut}}) {
      if (!choice.contains(key)) continue;
      const auto number = choice[key].is_number_integer() ? choice[key].get<std::int64_t>() : -1;
      if (number < 0 || number > kMostCut) return broken();
      *field = int(number);
    }
  }
  return out;
}

}  // namespace dlis
