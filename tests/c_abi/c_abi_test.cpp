// The C ABI, called from C: the same bits as through C++, and errors as sentences.
#include <gmock/gmock.h>

#include <array>
#include <cstring>

#include "c_calls.h"
#include "dlis/base/test_folder.h"
#include "dlis/runtime/file.h"
#include "dlis/runtime/test_graphs.h"

namespace dlis {
namespace {

using testing::HasSubstr;

Graph network() {
  GraphBuilder b;
  const ValueId a = b.node("Relu", {b.conv(b.input({1, 3, 8, 8}), 3, 16, 3)});
  const ValueId pooled = b.node("GlobalAveragePool", {b.conv(a, 16, 8, 3)});
  return b.finish({b.node("Flatten", {pooled}, axis_attribute(1))});
}

class CAbi : public testing::Test {
 protected:
  CAbi() {
    options_.tune = Tune::off;
    options_.keep_weights = true;
    plan_ = *make_plan(graph_, options_);
  }

  int run(const std::filesystem::path& file, int threads = 1) {
    return run_in_c(file.c_str(), threads, input_.as<float>().data(), input_.bytes(),
                    output_.edit<float>().data(), output_.bytes(), error_.data(), error_.size());
  }

  void expect_same_bits() {
    const Tensor want = Session::open(plan_)->run(std::vector{input_}).value()[0];
    ASSERT_EQ(output_.bytes(), want.bytes());
    EXPECT_EQ(std::memcmp(output_.data(), want.data(), want.bytes()), 0);
  }

  const TestFolder folder_{"c_abi_test"};
  const std::filesystem::path file_ = folder_.path / "net.dlis";
  const Graph graph_ = network();
  PlanOptions options_;
  std::shared_ptr<const Plan> plan_;
  const Tensor input_ = random_inputs(graph_)[0];
  Tensor output_{DType::f32, {1, 8}};
  std::array<char, 200> error_{};
};

TEST_F(CAbi, RunsPackedWeightsToTheSameBits) {
  ASSERT_TRUE(save_dlis(*plan_, file_));
  for (int threads : {1, 2}) {
    ASSERT_EQ(run(file_, threads), 0) << error_.data();
    expect_same_bits();
  }
}

TEST_F(CAbi, RunsCanonicalWeightsToTheSameBits) {
  ASSERT_TRUE(save_dlis(graph_, file_));
  for (int start = 0; start < 2; ++start) {
    ASSERT_EQ(run(file_), 0) << error_.data();
    expect_same_bits();
  }
}

TEST_F(CAbi, ErrorsAreSentences) {
  EXPECT_EQ(run(folder_.path / "none.dlis"), 1);
  EXPECT_THAT(error_.data(), HasSubstr("no such file"));
  EXPECT_EQ(run(folder_.put("bad.dlis", "DLIS?")), 1);
  EXPECT_THAT(error_.data(), HasSubstr("bad.dlis"));
  ASSERT_TRUE(save_dlis(*plan_, file_));
  EXPECT_EQ(run(file_, 0), 2);
  EXPECT_THAT(error_.data(), HasSubstr("threads"));
}

TEST_F(CAbi, WrongArgumentsAreRefused) {
  EXPECT_EQ(dlis_version(), DLIS_C_VERSION);
  EXPECT_EQ(dlis_load(nullptr), nullptr);
  EXPECT_EQ(dlis_open(nullptr, 1), nullptr);
  EXPECT_LT(dlis_input_count(nullptr), 0);
  ASSERT_TRUE(save_dlis(*plan_, file_));
  dlis_model* model = dlis_load(file_.c_str());
  ASSERT_NE(model, nullptr);
  EXPECT_STREQ(dlis_last_error(), "");
  dlis_session* session = dlis_open(model, 1);
  ASSERT_NE(session, nullptr);
  dlis_value value;
  EXPECT_NE(dlis_input(session, 1, &value), 0);
  EXPECT_THAT(dlis_last_error(), HasSubstr("no input 1"));
  ASSERT_EQ(dlis_output(session, 0, &value), 0);
  EXPECT_EQ(value.shape[1], 8);
  const void* inputs[] = {nullptr};
  void* outputs[] = {output_.edit_data()};
  EXPECT_NE(dlis_run(session, inputs, 1, outputs, 1), 0);
  EXPECT_NE(dlis_run(session, inputs, 0, outputs, 1), 0);
  EXPECT_THAT(dlis_last_error(), HasSubstr("0 inputs"));
  dlis_free_session(session);
  dlis_free_model(model);
  dlis_free_session(nullptr);
  dlis_free_model(nullptr);
}

}  // namespace
}  // namespace dlis
