// Two minutes of training on two cores, judged by the plan on images that it never saw.
#include <gtest/gtest.h>

#include "dlis/compress/train/table.h"
#include "dlis/explore/accuracy.h"
#include "dlis/explore/load.h"
#include "dlis/explore/observe.h"
#include "dlis/explore/stack.h"
#include "dlis/model/passes.h"

namespace dlis {
namespace {

Dataset images(const std::string& split, const Graph& graph) {
  const char* given = std::getenv("DLIS_DATA");
  const std::string folder = given ? given : DLIS_SOURCE_DIR "/../shared/data";
  auto data = load_dataset("cifar10:" + folder + "/cifar10?split=" + split,
                           *graph.value(graph.inputs[0]).shape);
  return data ? std::move(*data) : Dataset{};
}

double top1_of(const Graph& graph, const Dataset& data) {
  PlanOptions options;
  options.tune = Tune::off;
  const auto accuracy = accuracy_of(graph, *make_plan(graph, options).value(), data);
  EXPECT_TRUE(accuracy) << accuracy.error().message();
  return accuracy ? accuracy->top1.value_or(0) : 0;
}

// 8 epochs of 4,000 images from random weights: 53.5 % was measured, 10 % is chance.
TEST(SlowTraining, ResNet20LearnsFromASliceOfCifar10) {
  const Graph graph = load_model("resnet20").value();
  const Dataset train = images("train&limit=4000", graph),
                test = images("heldout&limit=2000", graph);
  if (train.labels.empty() || test.labels.empty()) GTEST_SKIP() << "NO CIFAR-10; set DLIS_DATA";
  const TrainingTable& table = *dlis_training_table();
  TrainingSettings settings;
  settings.epochs = 8;
  settings.rate = 0.1;
  settings.device = "cpu";
  TrainingState* state =
      table.start(graph, train, preprocessing_of(graph.metadata).value(), settings).value();
  const Status done = table.advance(*state, table.steps(*state), {});
  ASSERT_TRUE(done) << done.error().message();
  const Graph trained = table.graph(*state);
  table.close(state);
  const double top1 = top1_of(trained, test);
  std::printf("held-out top-1 %.2f %%\n", top1);
  EXPECT_GT(top1, 45);
}

// Half of the weights go and three epochs of 10,000 images follow: a file whose BatchNormalization
// was folded ends where the other does.
TEST(SlowTraining, AFoldedNetworkCompressesAsWell) {
  const char* given = std::getenv("DLIS_DATA");
  const std::string folder = given ? given : DLIS_SOURCE_DIR "/../shared/data";
  const auto graph = load_model(folder + "/models/resnet20_cifar10.onnx");
  if (!graph) GTEST_SKIP() << "NO RESNET-20; set DLIS_DATA";
  const Dataset train = images("train&limit=10000", *graph), test = images("test", *graph);
  const auto compressed = [&](const Graph& from, const char* chain) {
    CompressOptions options = compress_options(train, from).value();
    options.training.rate = 0.02;
    options.training.device = "cpu";
    const auto made = compress(from, parse_chain(chain).value(), options);
    EXPECT_TRUE(made) << made.error().message();
    return top1_of(made->graph, test);
  };
  const double whole = compressed(*graph, "weight_prune:zeros=0.5:epochs=3:every=10");
  const double folded =
      compressed(fold_batchnorm(*graph), "renormalise+weight_prune:zeros=0.5:epochs=3:every=10");
  std::printf("top-1 %.2f %%, folded %.2f %%\n", whole, folded);
  EXPECT_NEAR(folded, whole, 0.3);
  EXPECT_GT(folded, 90);
}

}  // namespace
}  // namespace dlis
