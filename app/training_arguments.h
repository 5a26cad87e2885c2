// What verbs that train take: settings by name, progress.
#pragma once
#include "model_arguments.h"

namespace dlis::app {

struct TrainingArguments {
  std::vector<std::string> set;  // NAME=VALUE
  double epochs = -1;

  void add_to(CLI::App& verb);
  Result<TrainingSettings> settings() const;
};

Status check_network_name(const std::string& output);  // .onnx or .onnx.gz

// A line a second on stderr: epoch, loss, accuracy, images/s, time left.
OnReport show_training();

}  // namespace dlis::app
