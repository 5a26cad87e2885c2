// The options that every verb with a MODEL takes: the five choices, sizes, seed, a saved plan.
#pragma once
#include "verb.h"

namespace dlis::app {

// What --data takes: the form of each row of data sets.
std::string data_forms();

// NAME=SHAPE of --shape, each input's once.
Status add_shapes(const std::vector<std::string>& texts, ModelOptions& options);

// How much planning may measure, and the memory that the plan may take.
struct PlanLimits {
  std::string tune = "quick", memory;

  void add_to(CLI::App& verb);
  // To the `tune` and `memory_bytes` of PlanOptions or EvaluateOptions.
  template <class Options>
  Status apply(Options& options) const {
    options.tune = DLIS_TRY(parse_tune(tune));
    options.memory_bytes = DLIS_TRY(parse_memory(memory));
    return {};
  }
};

struct ModelArguments {
  std::string model, compress, format, compute, schedule, device, stack_text, plan_file;
  PlanLimits limits;
  int threads = 1;
  std::vector<std::string> shapes;
  std::int64_t batch = 1;
  std::uint64_t seed = 1;
  std::string layer_times;  // a file for keep_layer_times; empty: measured anew
  std::string checkpoints;  // a folder; empty: nothing is kept

  void add_to(CLI::App& verb);
  // Only what decides the loaded network: MODEL, --shape, --batch, --seed.
  void add_model_to(CLI::App& verb);

  void require() const;  // wrong usage where neither MODEL nor --stack is given

  Result<Stack> stack() const;  // names checked
  Result<ModelOptions> options() const;
};

// MODEL as it was loaded, and the training images that its chain learns from.
struct Origin {
  Stack stack;
  ModelOptions options;
  Graph graph;
  Dataset images;  // empty where the chain learns from none
  double load_ms = 0;

  // They point to `images`.
  Result<CompressOptions> compress_options() const {
    return dlis::compress_options(images, graph, options);
  }
};
// `data`: as --data has it; techniques that learn from images take its training images.
Result<Origin> load_origin(const ModelArguments& arguments, const std::string& data);

// Where milliseconds of layers are kept; empty: nowhere. A run that goes on from checkpoints has to
// find the times that it began with.
std::string times_file(const ModelArguments& arguments, std::span<const Choice> chain);

// MODEL loaded and compressed, and how to plan it.
struct Subject {
  Stack stack;
  ModelOptions options;
  Graph before;                    // as it was loaded
  std::optional<Graph> surgery;    // compressed, before retraining; none: nothing was retrained
  Graph graph;                     // compressed
  std::vector<std::string> notes;  // of compression
  std::vector<std::filesystem::path> checkpoints;
  PlanOptions plan;
  double load_ms = 0;
};
Result<Subject> load_subject(const ModelArguments& arguments, const std::string& data = {},
                             const TrainingSettings& training = {}, const OnReport& report = {});

}  // namespace dlis::app
