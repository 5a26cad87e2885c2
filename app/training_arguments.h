// What verbs that train take: settings by name, progress.
#pragma once
#include "model_arguments.h"

namespace dlis::app {

struct TrainingArguments {
  std::vector<std::string> set;  // NAME=VALUE
  std::optional<double> epochs;  // 30

  void add_to(CLI::App& verb);
  Result<TrainingSettings> settings() const;
};

// Before hours of training: the name ends in .onnx or .onnx.gz and the place can be written to.
Status check_output(const std::string& output);
// Where that fails after all (a full disk), into the system's folder for temporary files.
Status save_trained(const Graph& graph, const std::string& output);

// --checkpoints FOLDER.
void add_checkpoints_to(CLI::App& verb, std::string& folder);
// Of a run whose output is written.
void remove_checkpoints(std::span<const std::filesystem::path> files);

// A line a second on stderr: epoch, loss, accuracy, images/s, time left.
OnReport show_training();

}  // namespace dlis::app
