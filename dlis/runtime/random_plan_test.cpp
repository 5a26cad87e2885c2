// Random networks of everything that shares memory, against an oracle that shares none.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstring>

#include "dlis/hardware/device.h"
#include "dlis/hardware/device_faults.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

// Grows a graph by one node at a time; every value keeps batch 2 and rank 4 or 2.
class RandomGraph {
 public:
  RandomGraph() {
    for (int i = 0; i < 2; ++i) values_.push_back(b_.input({2, pick(1, 5), 4, 3}));
  }

  void grow() {
    switch (pick(0, 9)) {
      case 0:
        return add("Relu", {any(4)});
      case 1:
        return add("Tanh", {any(pick(0, 1) ? 2 : 4)});
      case 2:
        return add_convolution();
      case 3:
        return add_sum();
      case 4:
      case 5:
        return add_concat();
      case 6:
        return add_split();
      case 7:
        return add_slice();
      case 8:
        return add("Flatten", {any(4)}, axis_attribute(1));
      default:
        return add_dense();
    }
  }

  Graph finish() {
    if (b_.graph.nodes.empty()) add("Relu", {any(4)});  // without a node there is nothing to plan
    std::vector<ValueId> outputs{values_.back()};
    for (ValueId id : values_)
      if (id != outputs[0] && pick(0, 5) == 0) outputs.push_back(id);
    return b_.finish(outputs);
  }

 private:
  static std::int64_t pick(std::int64_t low, std::int64_t high) {  // both inclusive
    return *rc::gen::inRange(low, high + 1);
  }
  const Shape& shape(ValueId id) const { return *b_.graph.value(id).shape; }

  // A value of that rank, a late one as likely as all others together.
  ValueId any(std::int64_t rank) {
    std::vector<ValueId> fitting;
    for (ValueId id : values_)
      if (shape(id).rank() == rank) fitting.push_back(id);
    if (fitting.empty()) return values_[0];
    return pick(0, 1) ? fitting.back()
                      : fitting[std::size_t(pick(0, std::int64_t(fitting.size()) - 1))];
  }

  void keep(const std::vector<ValueId>& outputs) {
    const Status status = infer_node(b_.graph, b_.graph.nodes.back());
    RC_ASSERT(status.has_value());
    values_.insert(values_.end(), outputs.begin(), outputs.end());
  }
  void add(const char* op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    keep({b_.node(op, std::move(inputs), std::move(attributes))});
  }

  void add_convolution() {
    const ValueId x = any(4);
    keep({b_.conv(x, shape(x)[1], pick(1, 6), pick(0, 1) ? 3 : 1)});
  }

  void add_dense() {
    const ValueId x = any(2);
    if (shape(x).rank() != 2) return;
    Attributes gemm;
    for (const char* name : {"alpha", "beta"}) gemm.set(name, 1.0f);
    for (const char* name : {"transA", "transB"}) gemm.set(name, std::int64_t(0));
    const std::int64_t columns = pick(1, 5), rows = pick(0, 2) ? 1 : 2;
    add("Gemm", {x, b_.weights({shape(x)[1], columns}), b_.weights({rows, columns})}, gemm);
  }

  void add_sum() {
    const ValueId x = any(pick(0, 1) ? 2 : 4);
    std::vector<ValueId> fitting;
    for (ValueId id : values_)
      if (shape(id) == shape(x)) fitting.push_back(id);
    const auto other = fitting[std::size_t(pick(0, std::int64_t(fitting.size()) - 1))];
    add(pick(0, 1) ? "Add" : "Max", {x, other});
  }

  // Axis 1 of values that agree in all others; perhaps one value twice, perhaps a constant.
  void add_concat() {
    const ValueId x = any(pick(0, 1) ? 2 : 4);
    std::vector<ValueId> inputs{x};
    for (int i = 0; i < 2; ++i) {
      const ValueId y = any(shape(x).rank());
      Shape same = shape(y);
      same[1] = shape(x)[1];
      if (same == shape(x) && shape(y)[1] < 40) inputs.push_back(y);
    }
    if (pick(0, 4) == 0) inputs.push_back(b_.weights(shape(x)));
    if (shape(x)[1] < 40) add("Concat", inputs, axis_attribute(1));
  }

  void add_split() {
    const ValueId x = any(pick(0, 2) ? 4 : 2);
    const std::int64_t channels = shape(x)[1], first = pick(1, channels);
    if (first == channels) return;
    Attributes split = axis_attribute(1);
    split.set("split", Ints{first, channels - first});
    keep(b_.nodes("Split", {x}, split, 2));
  }

  void add_slice() {
    const ValueId x = any(pick(0, 2) ? 4 : 2);
    const std::int64_t axis = pick(1, shape(x).rank() - 1), extent = shape(x)[int(axis)];
    const std::int64_t begin = pick(0, extent - 1);
    Attributes slice;
    slice.set("starts", Ints{begin});
    slice.set("ends", Ints{pick(begin + 1, extent)});
    slice.set("axes", Ints{axis});
    slice.set("steps", Ints{pick(1, 2)});
    add("Slice", {x}, slice);
  }

  GraphBuilder b_;
  std::vector<ValueId> values_;
};

Graph random_graph() {
  RandomGraph random;
  for (std::int64_t i = *rc::gen::inRange(3, 16); i > 0; --i) random.grow();
  return random.finish();
}

void check_runs(const std::shared_ptr<const Plan>& plan, const std::vector<Tensor>& inputs,
                const std::vector<Tensor>& want) {
  auto session = Session::open(plan);
  if (!session) RC_FAIL(session.error().message());
  for (int run = 0; run < 2; ++run) {  // the arena is used twice: stale values would show
    const auto got = session->run(inputs);
    if (!got) RC_FAIL(got.error().message());
    for (std::size_t i = 0; i < want.size(); ++i) expect_near((*got)[i], want[i], 1e-5);
    RC_ASSERT(!testing::Test::HasFailure());
  }
}

// `RC_PARAMS=seed=N` runs one again.
TEST(RandomPlan, GivesWhatTheNodesGiveAlone) {
  EXPECT_TRUE(rc::check([] {
    const Graph graph = random_graph();
    const auto inputs = random_inputs(graph);
    const auto want = run_node_by_node(graph, inputs);
    PlanOptions options;
    options.tune = Tune::off;
    options.threads = *rc::gen::inRange(1, 4);
    auto plan = make_plan(graph, options);
    if (!plan) RC_FAIL(plan.error().message());
    check_runs(*plan, inputs, want);
  }));
}

// A device that loses its compiler while it is planned for leaves the later layers to the host; the
// memory is shared, or as if it were not.
TEST(RandomPlan, IsTheSameWhereverItsStepsRun) {
  const Device* device = find_device("opencl");
  if (!device || !device->available()) GTEST_SKIP() << "there is no OpenCL device";
  int on_device = 0, on_host = 0;
  EXPECT_TRUE(rc::check([&] {
    const Graph graph = random_graph();
    const auto inputs = random_inputs(graph);
    const auto want = run_node_by_node(graph, inputs);
    PlanOptions options;
    options.tune = Tune::off;
    options.device = device->name;
    options.compute = *rc::gen::element("opencl_direct", "opencl_gemm");  // no other row helps out
    device_faults().apart = *rc::gen::arbitrary<bool>();
    device_faults().build = *rc::gen::inRange(-1, 6);
    auto plan = make_plan(graph, options);
    device_faults().build = -1;
    if (plan) {
      for (const Step& step : (*plan)->steps) ++(step.is_enqueued() ? on_device : on_host);
      check_runs(*plan, inputs, want);
    } else if (!plan.error().refused) {  // no layer with weights came to the device
      RC_FAIL(plan.error().message());
    }
    device_faults().apart = false;
  }));
  EXPECT_GT(on_device, 50);
  EXPECT_GT(on_host, 50);
}

}  // namespace
}  // namespace dlis
