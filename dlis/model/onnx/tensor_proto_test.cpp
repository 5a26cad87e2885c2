// Every way in which ONNX stores a tensor, and the ways in which one can be wrong.

#include "dlis/model/onnx/test_models.h"

namespace dlis {
namespace {

using onnx::TensorProto;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class TensorFile : public test::Folder {
 protected:
  // A tensor of `dims` whose bytes are in the file `location`.
  TensorProto external(const std::string& location, std::initializer_list<std::int64_t> dims) {
    TensorProto proto = typed(TensorProto::FLOAT, dims);
    proto.set_data_location(TensorProto::EXTERNAL);
    entry(proto, "location", location);
    return proto;
  }
  static TensorProto typed(int type, std::initializer_list<std::int64_t> dims) {
    TensorProto proto;
    proto.set_name("t");
    proto.set_data_type(type);
    for (const auto extent : dims) proto.add_dims(extent);
    return proto;
  }
  static void entry(TensorProto& proto, const std::string& key, const std::string& value) {
    auto& added = *proto.add_external_data();
    added.set_key(key);
    added.set_value(value);
  }
  std::string error(const TensorProto& proto) {
    const auto tensor = tensor_of(proto, folder);
    return tensor ? std::string() : tensor.error().message();
  }
};

TEST_F(TensorFile, TypedData) {
  TensorProto f32 = typed(TensorProto::FLOAT, {2});
  f32.add_float_data(1.5f), f32.add_float_data(-2);
  EXPECT_THAT(tensor_of(f32, {})->as<float>(), ElementsAre(1.5f, -2));
  TensorProto f64 = typed(TensorProto::DOUBLE, {2});
  f64.add_double_data(0.1), f64.add_double_data(1e-3);
  EXPECT_THAT(tensor_of(f64, {})->as<float>(), ElementsAre(0.1f, 1e-3f));
  TensorProto f16 = typed(TensorProto::FLOAT16, {2});
  f16.add_int32_data(0x3c00), f16.add_int32_data(0xc100);
  EXPECT_THAT(tensor_of(f16, {})->as<float>(), ElementsAre(1, -2.5f));
  TensorProto bf16 = typed(TensorProto::BFLOAT16, {2});
  bf16.add_int32_data(0x3f80), bf16.add_int32_data(0xc020);
  EXPECT_THAT(tensor_of(bf16, {})->as<float>(), ElementsAre(1, -2.5f));
  TensorProto i8 = typed(TensorProto::INT8, {2});
  i8.add_int32_data(-128), i8.add_int32_data(127);
  EXPECT_THAT(tensor_of(i8, {})->as<std::int8_t>(), ElementsAre(-128, 127));
  TensorProto u8 = typed(TensorProto::UINT8, {1});
  u8.add_int32_data(255);
  EXPECT_THAT(tensor_of(u8, {})->as<std::uint8_t>(), ElementsAre(255));
  TensorProto truth = typed(TensorProto::BOOL, {2});
  truth.add_int32_data(1), truth.add_int32_data(0);
  EXPECT_THAT(tensor_of(truth, {})->as<std::uint8_t>(), ElementsAre(1, 0));
  TensorProto i64 = typed(TensorProto::INT64, {});
  i64.add_int64_data(1ll << 40);
  EXPECT_THAT(tensor_of(i64, {})->as<std::int64_t>(), ElementsAre(1ll << 40));
  TensorProto i32 = typed(TensorProto::INT32, {1});
  i32.add_int32_data(-7);
  EXPECT_THAT(tensor_of(i32, {})->as<std::int32_t>(), ElementsAre(-7));
}

TEST_F(TensorFile, RawData) {
  TensorProto f64 = typed(TensorProto::DOUBLE, {1});
  const double value = 0.75;
  f64.set_raw_data(&value, sizeof value);
  EXPECT_THAT(tensor_of(f64, {})->as<float>(), ElementsAre(0.75f));
  TensorProto bf16 = typed(TensorProto::BFLOAT16, {2});
  bf16.set_raw_data(std::string("\x80\x3f\x20\xc0", 4));
  EXPECT_THAT(tensor_of(bf16, {})->as<float>(), ElementsAre(1, -2.5f));
  TensorProto empty = typed(TensorProto::FLOAT, {0, 3});
  EXPECT_EQ(tensor_of(empty, {})->elements(), 0);
}

TEST_F(TensorFile, WrongSizes) {
  TensorProto proto = typed(TensorProto::FLOAT, {2});
  EXPECT_THAT(error(proto), AllOf(HasSubstr("'t'"), HasSubstr("missing")));
  proto.set_raw_data("1234567");
  EXPECT_THAT(error(proto), AllOf(HasSubstr("8 bytes"), HasSubstr("has 7")));
  EXPECT_THAT(error(typed(TensorProto::FLOAT, {-1})), HasSubstr("negative"));
  EXPECT_THAT(error(typed(TensorProto::FLOAT, {1ll << 40, 1ll << 40})), HasSubstr("memory"));
  EXPECT_THAT(error(typed(TensorProto::FLOAT, {0, 1ll << 62, 1ll << 62})), HasSubstr("memory"));
  EXPECT_THAT(error(typed(TensorProto::FLOAT, {1ll << 39})), HasSubstr("missing"));
  EXPECT_THAT(error(typed(TensorProto::FLOAT, {1, 1, 1, 1, 1, 1, 1, 1, 1})), HasSubstr("9 axes"));
  EXPECT_THAT(error(typed(TensorProto::STRING, {1})), HasSubstr("STRING"));
  EXPECT_THAT(error(typed(99, {1})), HasSubstr("99"));
}

TEST_F(TensorFile, ExternalData) {
  const std::array<float, 3> values{1, 2, 3};
  test::write_text(folder / "w.bin",
                   std::string(reinterpret_cast<const char*>(values.data()), sizeof values));
  TensorProto proto = external("w.bin", {2});
  entry(proto, "offset", "4");
  entry(proto, "length", "8");
  const auto tensor = tensor_of(proto, folder);
  ASSERT_TRUE(tensor) << tensor.error().message();
  EXPECT_THAT(tensor->as<float>(), ElementsAre(2, 3));
  proto.mutable_external_data(1)->set_value("8");
  EXPECT_THAT(error(proto), HasSubstr("past the end"));
  proto.mutable_external_data(1)->set_value("18446744073709551608");
  EXPECT_THAT(error(proto), HasSubstr("offset"));
  proto.mutable_external_data(1)->set_value("-4");
  EXPECT_THAT(error(proto), HasSubstr("offset"));
  proto.mutable_external_data(1)->set_value("0");
  proto.mutable_external_data(2)->set_value("7");
  EXPECT_THAT(error(proto), HasSubstr("7"));
  EXPECT_THAT(error(external("w.bin", {1ll << 40})), HasSubstr("past the end"));
  EXPECT_THAT(error(external("missing.bin", {1})), HasSubstr("missing.bin"));
  EXPECT_THAT(error(external("", {1})), HasSubstr("no file"));
  EXPECT_FALSE(tensor_of(external("w.bin", {1}), {}));
}

TEST_F(TensorFile, ExternalDataStaysInTheFolder) {
  namespace fs = std::filesystem;
  const fs::path home = folder / "model", secret = folder / "secret.bin";
  fs::create_directories(home / "inner");
  test::write_text(secret, "12345678");
  test::write_text(home / "inner" / "w.bin", "12345678");
  fs::create_symlink(secret, home / "link.bin");
  fs::create_directory_symlink(folder, home / "up");
  fs::create_symlink(home / "inner" / "w.bin", home / "good.bin");
  for (const std::string& location :
       {secret.string(), std::string("../secret.bin"), std::string("inner/../../secret.bin"),
        std::string("link.bin"), std::string("up/secret.bin"),
        std::string("inner/../inner/w.bin")}) {
    const auto tensor = tensor_of(external(location, {2}), home);
    ASSERT_FALSE(tensor) << location;
    EXPECT_THAT(tensor.error().message(), HasSubstr("outside the model's folder")) << location;
  }
  EXPECT_TRUE(tensor_of(external("inner/w.bin", {2}), home));
  EXPECT_TRUE(tensor_of(external("good.bin", {2}), home));
  EXPECT_FALSE(tensor_of(external("inner", {2}), home));
  EXPECT_FALSE(tensor_of(external(std::string("inner/w.bin\0x", 13), {2}), home));
}

TEST_F(TensorFile, ModelWithExternalData) {
  onnx::ModelProto model = test::conv_model();
  auto& weight = *model.mutable_graph()->mutable_initializer(0);
  test::write_text(folder / "w.bin", weight.raw_data());
  weight.clear_raw_data();
  weight.set_data_location(TensorProto::EXTERNAL);
  entry(weight, "location", "w.bin");
  test::write_text(folder / "m.onnx", model.SerializeAsString());
  const auto graph = load_onnx(folder / "m.onnx");
  ASSERT_TRUE(graph) << graph.error().message();
  test::expect_same(*graph, *test::parse(test::conv_model()));
  std::filesystem::resize_file(folder / "w.bin", 23);
  EXPECT_THAT(test::error_of(load_onnx(folder / "m.onnx")),
              AllOf(HasSubstr("m.onnx"), HasSubstr("'w'")));
}

}  // namespace
}  // namespace dlis
