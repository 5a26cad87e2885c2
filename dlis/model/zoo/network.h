// Building a network layer by layer, with random weights from a seed.
#pragma once
#include <initializer_list>
#include <string>

#include "dlis/base/rng.h"
#include "dlis/model/graph.h"

namespace dlis {

// What a convolution's input is decides the size of its random weights: behind a ReLU half of the
// values are gone, which He's initialisation makes up for (He et al. 2015, "Delving Deep into
// Rectifiers", eq. 10); linear values need no such gain.
enum class After : std::uint8_t { relu, linear };

struct ConvSpec {
  std::int64_t channels;
  std::int64_t kernel = 3, stride = 1, groups = 1;  // on each spatial axis; padding is kernel / 2
  After after = After::relu;
  bool bias = false;
};

// Values are named after their layer ("layer1.0.conv1"), weights add ".weight" and the like. The
// first thing that goes wrong is kept and returned by `finish`.
class Network {
 public:
  // One input `input`, 1x3xSIZExSIZE with a symbolic batch; metadata carry mean and std.
  Network(const std::string& name, int size, std::uint64_t seed);
  // No input yet.
  Network(const std::string& name, std::uint64_t seed);

  ValueId input() const { return graph_.inputs[0]; }
  ValueId add_input(const std::string& name, const Shape& shape);  // its batch is symbolic
  std::int64_t channels(ValueId x) const;

  ValueId conv(const std::string& name, ValueId x, const ConvSpec& spec);
  // `gain` scales gamma: residual branches take less than 1, so that deep sums stay near 1.
  ValueId norm(const std::string& name, ValueId x, double gain = 1);
  ValueId relu(const std::string& name, ValueId x);
  ValueId relu6(const std::string& name, ValueId x);
  ValueId max_pool(const std::string& name, ValueId x, std::int64_t kernel, std::int64_t stride,
                   std::int64_t pad);
  ValueId average(const std::string& name, ValueId x);  // global, then flattened
  ValueId flatten(const std::string& name, ValueId x);
  ValueId dense(const std::string& name, ValueId x, std::int64_t outputs, bool bias,
                After after = After::linear);
  ValueId add(const std::string& name, ValueId a, ValueId b);
  ValueId concat(const std::string& name, std::vector<ValueId> parts);  // of channels
  // Option A of He et al. 2016 (CIFAR): every second pixel, channels padded with zeros to
  // `channels`.
  ValueId subsample(const std::string& name, ValueId x, std::int64_t channels);

  // conv + norm, named NAME.conv and NAME.norm; with a ReLU behind them NAME.relu.
  ValueId conv_norm(const std::string& name, ValueId x, const ConvSpec& spec, double gain = 1);
  ValueId conv_norm_relu(const std::string& name, ValueId x, const ConvSpec& spec);

  Result<Graph> finish(ValueId logits);  // the output becomes `logits`

 private:
  ValueId node(const char* op, const std::string& name, std::vector<ValueId> inputs,
               Attributes attributes = {});
  ValueId random(const std::string& name, const Shape& shape, double mean, double deviation);
  ValueId ints(const std::string& name, std::initializer_list<std::int64_t> values);

  Graph graph_;
  Rng rng_;
  Status status_;
};

}  // namespace dlis
