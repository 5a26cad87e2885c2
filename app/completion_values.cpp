// Values: rows of the lists, names with their parameters, files with fitting endings.
#include <algorithm>
#include <cstdlib>

#include "completion.h"
#include "completion_scripts.h"

namespace dlis::app {
namespace {

namespace fs = std::filesystem;
using Suggestions = std::vector<Suggestion>;

// The first sentence of what `dlis list` says.
std::string brief(const std::string& text) { return text.substr(0, text.find(';')); }

Suggestions rows_of(const char* layer) {
  Suggestions all;
  if (const auto rows = list_rows(layer))
    for (const ListedRow& row : *rows) all.push_back({row.name, brief(row.summary)});
  return all;
}

Suggestions with_auto(Suggestions all) {
  all.push_back({"auto", "chosen for each layer"});
  return all;
}

// Sorted; folders end in a slash. `endings` are separated by blanks; none: every file fits.
Suggestions file_values(const std::string& text, std::string_view endings,
                        bool folders_only = false) {
  const std::size_t slash = text.rfind('/');
  const std::string ahead = slash == std::string::npos ? "" : text.substr(0, slash + 1);
  const std::string begin = text.substr(ahead.size());
  std::string folder = ahead.empty() ? "." : ahead;
  if (const char* home = std::getenv("HOME"); home && folder.starts_with("~/"))
    folder = home + folder.substr(1);
  Suggestions all;
  std::error_code error, ignored;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(begin) || (name[0] == '.' && begin.empty())) continue;
    const bool is_folder = it->is_directory(ignored);
    const auto fits = [&](std::string_view ending) { return name.ends_with(ending); };
    const bool wanted =
        is_folder ||
        (!folders_only && (endings.empty() || std::ranges::any_of(split(endings, ' '), fits)));
    if (wanted) all.push_back({ahead + name + (is_folder ? "/" : ""), ""});
  }
  std::ranges::sort(all, {}, &Suggestion::text);
  return all;
}

Suggestions model_values(const std::string& text) {
  Suggestions all = file_values(text, ".onnx .onnx.gz .dlis");
  for (const ModelRow* row : models())
    for (const auto& [there, size] : {std::pair(row->cifar, ""), std::pair(row->imagenet, "@224")})
      if (there) all.push_back({std::string(row->name) + size, row->summary});
  return all;
}

// `name:key=value + name`: behind a name's colon its parameters.
Suggestions technique_values(const std::string& text) {
  const std::size_t begin = text.rfind('+') + 1;
  const std::string own = text.substr(begin);
  Suggestions all;
  if (const std::size_t colon = own.rfind(':'); colon == std::string::npos) {
    all = rows_of("compress");
  } else if (const Technique* row = find_technique(own.substr(0, own.find(':')))) {
    for (const ParameterSpec& p : row->parameters)
      all.push_back({fmt::format("{}:{}=", own.substr(0, colon), p.name), p.summary});
  }
  for (Suggestion& one : all) one.text = text.substr(0, begin) + one.text;
  return all;
}

Suggestions schedule_values(const std::string&) {
  Suggestions all = with_auto(rows_of("schedule"));
  for (const Schedule* row : schedules()) {
    if (row->has_chunk) all.push_back({std::string(row->name) + ":chunk=", "tiles at once"});
    if (row->has_speeds)
      all.push_back({std::string(row->name) + ":speeds=", "of the workers: 1/0.5"});
  }
  return all;
}

Suggestions device_values(const std::string& text) {
  const std::size_t begin = text.rfind('+') + 1;
  Suggestions all = rows_of("device");
  for (Suggestion& one : all) one.text = text.substr(0, begin) + one.text;
  return all;
}

// Behind the kind's colon the folder.
Suggestions data_values(const std::string& text) {
  const std::size_t begin = text.find(':') + 1;
  Suggestions all;
  if (begin == 0)
    for (const DatasetRow* row : datasets())
      all.push_back({std::string(row->name) + ":", row->form});
  else
    for (const Suggestion& folder : file_values(text.substr(begin), "", true))
      all.push_back({text.substr(0, begin) + folder.text, ""});
  return all;
}

Suggestions executor_values(const std::string&) {
  Suggestions all;
  for (const Executor* row : executors()) all.push_back({row->name, row->summary});
  return all;
}

Suggestions target_values(const std::string&) {
  Suggestions all;
  for (const TargetRow* row : target_rows())
    all.push_back({std::string(row->name) + ":", row->summary});
  return all;
}

Suggestions layer_values(const std::string&) {
  Suggestions all;
  for (const std::string& name : layer_names()) all.push_back({name, ""});
  return all;
}

Suggestions shell_values(const std::string&) {
  Suggestions all;
  for (const auto& [shell, script] : kCompletionScripts) all.push_back({shell, ""});
  return all;
}

Suggestions of_words(std::initializer_list<const char*> words) {
  Suggestions all;
  for (const char* word : words) all.push_back({word, ""});
  return all;
}

struct Values {
  const char* option;
  Suggestions (*of)(const std::string& text);
};
constexpr Values kValues[] = {
    {"MODEL", model_values},
    {"--teacher", model_values},
    {"--compress", technique_values},
    {"--format", [](const std::string&) { return with_auto(rows_of("format")); }},
    {"--compute", [](const std::string&) { return with_auto(rows_of("compute")); }},
    {"--schedule", schedule_values},
    {"--device", device_values},
    {"--data", data_values},
    {"--executor", executor_values},
    {"--target", target_values},
    {"--tune",
     [](const std::string&) {
       return of_words({"off", "quick", "full"});
     }},
    {"LAYER", layer_values},
    {"SHELL", shell_values},
    {"--recipe", [](const std::string& text) { return file_values(text, ".txt"); }},
    {"--input",
     [](const std::string& text) { return file_values(text, ".npy .png .jpg .jpeg .pb"); }},
    {"RUN.db", [](const std::string& text) { return file_values(text, ".db"); }},
    {"DIR", [](const std::string& text) { return file_values(text, "", true); }},
    {"FOLDER", [](const std::string& text) { return file_values(text, "", true); }},
    {"FILE", [](const std::string& text) { return file_values(text, ""); }},
    {"PLAN", [](const std::string& text) { return file_values(text, ""); }},
    {"FILE.svg", [](const std::string& text) { return file_values(text, ".svg"); }},
    {"FILE.json", [](const std::string& text) { return file_values(text, ".json"); }},
    {"REPORT.html", [](const std::string& text) { return file_values(text, ".html"); }},
};

}  // namespace

std::vector<Suggestion> values_of(const std::string& name, const std::string& type,
                                  const std::string& text) {
  for (const std::string& key : {name, type})
    for (const Values& values : kValues)
      if (key == values.option) return values.of(text);
  return {};
}

}  // namespace dlis::app
