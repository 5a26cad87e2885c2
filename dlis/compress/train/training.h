// Training a graph: what technique rows and the command see of it. Nothing of LibTorch shows here:
// it lies behind a library that is loaded when something is trained (table.h), so that everything
// else neither needs it nor waits for it (0.03 instead of 0.75 s for a command to start).
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "dlis/data/dataset.h"
#include "dlis/model/graph.h"

namespace dlis {

// As text `key=value`, in a recipe or on the command line, by these names.
struct TrainingSettings {
  double epochs = 0;
  std::int64_t batch = 128;
  double rate = 0.02;               // the highest learning rate
  double momentum = 0.9;            // Nesterov
  double decay = 5e-4;              // of weights; BatchNorm and biases have none
  double warmup = 1;                // epochs until the rate is reached
  std::string schedule = "cosine";  // to 0; or step: a tenth after half, and again after 3/4
  double smoothing = 0;             // of labels (Szegedy et al. 2016)
  double clip = 0;                  // the gradient's largest norm; 0: any
  std::int64_t crop = 4, cutout = 0;
  bool flip = true;
  double distil = 0.7;          // the teacher's share of the loss, where there is one
  double temperature = 4;       // of both (Hinton et al. 2015)
  std::string device = "auto";  // cpu, cuda, cuda:N; auto: cuda where it is
  std::uint64_t seed = 1;
};
// Errors: an unknown name, a value out of range.
Status set_training(TrainingSettings& settings, const std::string& name, const std::string& value);
// All but the device: equal texts train to equal results.
std::string text_of(const TrainingSettings& settings);

bool can_train();         // the library is there
Error why_no_training();  // what is lacking where it cannot, and what installs it

// How far a training is.
struct TrainingReport {
  double epoch = 0, epochs = 0;
  double loss = 0, top1 = 0;  // since the last report, on what was trained on; percent
  double images_per_second = 0, seconds_left = 0;
  std::string note;  // a sentence that was due, on checkpoints
};
using OnReport = std::function<bool(const TrainingReport&)>;  // false stops

// By trained value: for each element the sum over steps of (weight * gradient)^2 (Molchanov et al.
// 2019); by node output: for each channel the sum over images of (sum over pixels of value *
// gradient)^2 (Fisher; Theis et al. 2018, "Faster gaze prediction with dense networks and Fisher
// pruning", eq. 6).
struct Saliency {
  std::map<ValueId, Tensor> weights, channels;
};

struct TrainingState;

// SGD on a graph's weights, a number of steps at a time, so that a technique can change the graph
// in between. The same settings, data and device type give the same result; on CPUs, the same bits.
class Training {
 public:
  // Errors: no LibTorch, no such device, operators without a gradient, labels missing or beyond the
  // classes of the network.
  static Result<Training> start(const Graph& graph, const Dataset& data, const Preprocessing& how,
                                const TrainingSettings& settings);

  std::int64_t steps() const;  // of the whole training
  std::int64_t steps_per_epoch() const;
  std::int64_t step() const;  // done

  Status advance(std::int64_t steps, const OnReport& report = {});
  Graph graph() const;  // with the weights of now

  // Another graph from here on, such as this one after surgery. The optimiser starts anew.
  Status replace(const Graph& graph);
  // Weights that are zero in `graph`, this one with zeros, are set to zero and stay it.
  Status hold_zeros(const Graph& graph);
  Status set_teacher(const Graph& graph);
  // Rounds each value and weight that has a Quant here as it will be stored, gradients pass
  // straight through (Jacob et al. 2018). Scales of weights follow the weights.
  Status set_quants(const std::map<ValueId, Quant>& quants);
  // These weights become ternary (Zhu et al. 2017): see train/ternary.h. Errors: no such weight.
  Status set_ternary(const std::vector<ValueId>& weights, double threshold);
  void watch_saliency(bool channels);  // from now on
  void stop_watching();
  Saliency saliency() const;  // since it is watched, or the graph was replaced

  // Where checkpoints of this training go, at least so many seconds apart.
  void keep_in(std::filesystem::path file, double seconds);
  // Goes on from the file, where there is one: once quants and ternary weights are set. Errors: it
  // is damaged, or of another training.
  Status resume();
  // A checkpoint, where one is due: where what follows depends on step and graph alone. Saliency
  // is not kept, so not in the middle of seeing it. When the disk fails, the next report says so
  // and the training goes on.
  void keep();
  // To the last step, with checkpoints on the way, at the end, and where `report` stops it.
  Status finish(const OnReport& report = {});

 private:
  struct Close {
    void operator()(TrainingState* state) const;
  };
  explicit Training(TrainingState* state) : state_(state) {}
  Status write();
  std::unique_ptr<TrainingState, Close> state_;
  std::filesystem::path file_;  // empty: nothing is kept
  double seconds_ = 0, due_ms_ = 0;
  std::int64_t kept_ = -1;  // the step that the file has
  bool stopped_ = false;    // by the last report
  std::string note_, trouble_;
};

}  // namespace dlis
