// Two minutes of training on two cores, judged by the plan on images that it never saw.
#include <gtest/gtest.h>

#include "dlis/compress/train/table.h"
#include "dlis/explore/accuracy.h"
#include "dlis/explore/load.h"

namespace dlis {
namespace {

Dataset images(const std::string& split, const Graph& graph) {
  const char* given = std::getenv("DLIS_DATA");
  const std::string folder = given ? given : DLIS_SOURCE_DIR "/../shared/data";
  auto data = load_dataset("cifar10:" + folder + "/cifar10?split=" + split,
                           *graph.value(graph.inputs[0]).shape);
  return data ? std::move(*data) : Dataset{};
}

// 8 epochs of 4,000 images from random weights: 42 to 46 % with three seeds, 10 % is chance.
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
  const OnReport report = [](const TrainingReport& now) {
    std::printf("epoch %.1f, top-1 %.2f %%\n", now.epoch, now.top1);
    return true;
  };
  const Status done = table.advance(*state, table.steps(*state), report);
  ASSERT_TRUE(done) << done.error().message();
  const Graph trained = table.graph(*state);
  table.close(state);
  PlanOptions options;
  options.tune = Tune::off;
  const auto accuracy = accuracy_of(trained, *make_plan(trained, options).value(), test);
  ASSERT_TRUE(accuracy) << accuracy.error().message();
  std::printf("held-out top-1 %.2f %%\n", *accuracy->top1);
  EXPECT_GT(*accuracy->top1, 35);
}

}  // namespace
}  // namespace dlis
