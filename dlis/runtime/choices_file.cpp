// The decisions of a plan as a JSON file that a later run takes instead of measuring.
#include "dlis/base/file.h"
#include "dlis/runtime/json.h"
#include "dlis/runtime/plan.h"

namespace dlis {

std::string text_of(const Choices& choices) {
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
  return root.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Status save_choices(const Choices& choices, const std::filesystem::path& file) {
  return write_file_atomic(file, text_of(choices));
}

namespace {

tl::unexpected<Error> no_plan(const std::string& where) {
  return fail("this is not a plan file", where, "`dlis plan MODEL -o FILE` writes one");
}

Result<nlohmann::json> root_of(std::string_view text, const std::string& where) {
  auto root = parse_json<nlohmann::json>(text);
  if (!root.is_object() || root.value("dlis_plan", nlohmann::json()) != 1) return no_plan(where);
  return root;
}

std::optional<Isa> find_isa(std::string_view name) {
  for (int i = 0; name_of(Isa(i)) != "unknown"; ++i)
    if (name_of(Isa(i)) == name) return Isa(i);
  return std::nullopt;
}

}  // namespace

Result<Isa> load_isa(const std::filesystem::path& file) {
  return parse_isa(DLIS_TRY(read_text(file)), file.string());
}

Result<Isa> parse_isa(std::string_view text, const std::string& where) {
  const nlohmann::json root = DLIS_TRY(root_of(text, where));
  if (!root.contains("isa")) return host_isa();
  const auto isa =
      root["isa"].is_string() ? find_isa(root["isa"].get<std::string>()) : std::nullopt;
  if (!isa)
    return fail("it was made for the instruction set " + root["isa"].dump() +
                    ", which this version does not know",
                where, "plan the network again");
  return *isa;
}

Result<Choices> load_choices(const std::filesystem::path& file) {
  return parse_choices(DLIS_TRY(read_text(file)), file.string());
}

Result<Choices> parse_choices(std::string_view text, const std::string& where) {
  const nlohmann::json root = DLIS_TRY(root_of(text, where));
  const auto broken = [&] { return no_plan(where); };
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
