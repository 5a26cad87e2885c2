// A network whose BatchNormalization was folded gets it back and says what it said.
#include <gmock/gmock.h>

#include "dlis/explore/load.h"
#include "dlis/explore/observe.h"
#include "dlis/explore/stack.h"
#include "dlis/model/op.h"
#include "dlis/model/passes.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

using testing::HasSubstr;

class Renormalise : public testing::Test {
 protected:
  void SetUp() override {
    graph_ = fold_batchnorm(load_model("resnet20").value());
    images_ = load_dataset("synthetic:32", *graph_.value(graph_.inputs[0]).shape).value();
    options_ = compress_options(images_, graph_).value();
  }
  Result<Compressed> applied(const std::string& chain) const {
    return compress(graph_, parse_chain(chain).value(), options_);
  }
  static std::ptrdiff_t count(const Graph& graph, std::string_view op) {
    return std::ranges::count_if(graph.nodes,
                                 [&](const Node& node) { return node.op->name == op; });
  }
  static Tensor outputs_of(const Graph& graph) {
    PlanOptions options;
    options.tune = Tune::off;
    Session session = Session::open(make_plan(graph, options).value()).value();
    return session.run(random_inputs(graph)).value()[0];
  }

  Graph graph_;
  Dataset images_;
  CompressOptions options_;
};

TEST_F(Renormalise, OutputsStay) {
  ASSERT_EQ(count(graph_, "BatchNormalization"), 0);
  const auto made = applied("renormalise:images=16");
  ASSERT_TRUE(made) << made.error().message();
  const Status valid = validate(made->graph);
  EXPECT_TRUE(valid) << valid.error().message();
  EXPECT_EQ(count(made->graph, "BatchNormalization"), count(graph_, "Conv"));
  const Tensor a = outputs_of(graph_), b = outputs_of(made->graph);
  float largest = 1;
  for (const float x : a.as<float>()) largest = std::max(largest, std::abs(x));
  for (std::size_t i = 0; i < a.as<float>().size(); ++i)
    EXPECT_NEAR(a.as<float>()[i], b.as<float>()[i], 1e-4 * largest);
}

TEST_F(Renormalise, ScalesAreThereForChannels) {
  EXPECT_THAT(applied("channel_prune:macs=0.3:criterion=bn_gamma").error().message(),
              HasSubstr("put renormalise+ in front"));
  const auto made = applied("renormalise+channel_prune:macs=0.3:criterion=bn_gamma");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_LE(double(macs_of(made->graph)), 0.7 * double(macs_of(graph_)));
}

TEST_F(Renormalise, TwiceIsOnce) {
  const Graph once = applied("renormalise").value().graph;
  const auto twice = compress(once, parse_chain("renormalise").value(), options_);
  ASSERT_TRUE(twice) << twice.error().message();
  EXPECT_EQ(twice->graph.nodes.size(), once.nodes.size());
  EXPECT_THAT(twice->notes, testing::ElementsAre(HasSubstr("already")));
}

TEST_F(Renormalise, WithoutImagesItIsRefused) {
  options_.images = nullptr;
  EXPECT_THAT(applied("renormalise").error().message(), HasSubstr("give --data"));
  EXPECT_THAT(applied("renormalise:images=0").error().message(), HasSubstr("at least 1"));
}

}  // namespace
}  // namespace dlis
