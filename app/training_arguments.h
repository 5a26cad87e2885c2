// What verbs that train take: settings by name, the training part of the data, progress.
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

// The images to train on: of CIFAR-10 the training split without its last 5,000.
Result<Dataset> load_training_data(const std::string& spec, const Graph& graph,
                                   const Preprocessing& how);

}  // namespace dlis::app
