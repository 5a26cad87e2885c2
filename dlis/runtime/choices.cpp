// The decisions of a plan as a JSON file that a later run takes instead of measuring.
#include <nlohmann/json.hpp>

#include "dlis/base/file.h"
#include "dlis/runtime/plan.h"

namespace dlis {

Choices choices_of(const Plan& plan) {
  Choices out;
  for (const Step& step : plan.steps)
    if (step.conv_row)
      out[step.name] = {step.conv_row->name, step.conv.format->name, text_of(step.schedule),
                        std::string(name_of(step.conv.type))};
  return out;
}

Status save_choices(const Choices& choices, const std::filesystem::path& file) {
  auto layers = nlohmann::ordered_json::object();
  for (const auto& [layer, choice] : choices)
    layers[layer] = {{"row", choice.row},
                     {"format", choice.format},
                     {"schedule", choice.schedule},
                     {"type", choice.type}};
  const nlohmann::ordered_json root{{"dlis_plan", 1}, {"layers", layers}};
  return write_file_atomic(
      file, root.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

Result<Choices> load_choices(const std::filesystem::path& file) {
  const std::string text = DLIS_TRY(read_text(file));
  const auto root = nlohmann::json::parse(text, nullptr, false);
  const auto broken = [&] {
    return fail("this is not a plan file", file.string(), "`dlis plan MODEL -o FILE` writes one");
  };
  if (!root.is_object() || root.value("dlis_plan", nlohmann::json()) != 1) return broken();
  const auto layers = root.value("layers", nlohmann::json());
  if (!layers.is_object()) return broken();
  Choices out;
  for (const auto& [layer, choice] : layers.items()) {
    LayerChoice& to = out[layer];
    for (auto [key, field] : {std::pair{"row", &to.row},
                              {"format", &to.format},
                              {"schedule", &to.schedule},
                              {"type", &to.type}}) {
      const bool optional = field == &to.type;  // files of earlier versions have none
      if (optional && choice.is_object() && !choice.contains(key)) continue;
      if (!choice.is_object() || !choice.contains(key) || !choice[key].is_string()) return broken();
      *field = choice[key].get<std::string>();
    }
  }
  return out;
}

}  // namespace dlis
