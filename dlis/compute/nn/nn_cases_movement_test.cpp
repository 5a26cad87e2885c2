// Cases of the operators that only move elements.
#include "dlis/compute/nn/nn_cases.h"

namespace dlis {
namespace {

std::pair<std::string, Attribute> axis(std::int64_t value) { return {"axis", value}; }
std::pair<std::string, Attribute> mode(const char* value) { return {"mode", std::string(value)}; }

}  // namespace

const std::vector<Listed>& movement_cases() {
  static const std::vector<Listed> cases = {
      {"Concat", {{2, 3, 4, 5}, {2, 7, 4, 5}, {2, 1, 4, 5}}, {axis(1)}},
      {"Concat", {{2, 3, 4, 5}, {2, 3, 2, 5}}, {axis(2)}},
      {"Concat", {{3}, {4}, {1}}, {axis(0)}},
      {"Concat", {{2, 3}, {2, 0}, {2, 4}}, {axis(1)}},
      {"Concat", {{1, 64, 20, 20}, {1, 96, 20, 20}}, {axis(1)}},
      {"Split", {{2, 10, 3, 4}}, {axis(1), {"split", Ints{3, 7}}}},
      {"Split", {{6, 5}}, {axis(0), {"split", Ints{1, 2, 3}}}},
      {"Slice",
       {{4, 9, 6, 7}},
       {{"axes", Ints{1, 3}}, {"starts", Ints{2, 1}}, {"ends", Ints{8, 6}}, {"steps", Ints{1, 2}}}},
      {"Slice",
       {{4, 9, 6, 7}},
       {{"axes", Ints{2, 3}},
        {"starts", Ints{-1, 100}},
        {"ends", Ints{-100, 0}},
        {"steps", Ints{-1, -3}}}},
      {"Slice",
       {{20}},
       {{"axes", Ints{0}}, {"starts", Ints{-15}}, {"ends", Ints{-2}}, {"steps", Ints{3}}}},
      {"Slice",
       {{5, 6}},
       {{"axes", Ints{0}}, {"starts", Ints{3}}, {"ends", Ints{3}}, {"steps", Ints{1}}}},
      {"Transpose", {{2, 3, 4, 5}}, {{"perm", Ints{0, 2, 3, 1}}}},
      {"Transpose", {{2, 3, 4, 5}}, {{"perm", Ints{3, 2, 1, 0}}}},
      {"Transpose", {{37, 41}}, {{"perm", Ints{1, 0}}}},
      {"Transpose", {{2, 3, 2, 2, 3, 2, 2, 2}}, {{"perm", Ints{7, 0, 6, 1, 5, 2, 4, 3}}}},
      {"Transpose", {{3, 70, 50}}, {{"perm", Ints{2, 0, 1}}}},
      {"Expand", {{3, 1, 5}}, {{"shape", Ints{2, 3, 4, 5}}}},
      {"Expand", {{1}}, {{"shape", Ints{40}}}},
      {"Expand", {Shape{}}, {{"shape", Ints{2, 3}}}},
      {"Reshape", {{2, 6, 4, 3}}, {{"shape", Ints{2, 72}}}},
      {"Reshape", {{2, 6, 4, 3}}, {{"shape", Ints{3, 4, 12}}}},
      {"Reshape", {{6, 4}}, {{"shape", Ints{8, 3}}}},
      {"Reshape", {{4, 9, 10}}, {{"shape", Ints{15, 24}}}},
      {"Reshape", {{0, 3}}, {{"shape", Ints{3, 0, 2}}}},
      {"Reshape", {{1, 1}}, {{"shape", Ints{}}}},
      {"Flatten", {{3, 20, 5, 6}}, {{"shape", Ints{3, 600}}}},
      {"Squeeze", {{1, 3, 1, 5}}, {{"shape", Ints{3, 5}}}},
      {"Unsqueeze", {{3, 5}}, {{"shape", Ints{1, 3, 1, 5, 1}}}},
      {"Identity", {{2, 3, 4, 5}}},
      {"Identity", {{2, 2, 2, 2, 2, 2, 2, 2}}},
      {"Dropout", {{2, 3, 4, 5}}},
      {"Reorder", {{2, 30, 9, 11}}},
      {"Reorder", {{1, 3, 70, 50}}},
      {"Cast", {{2, 3, 4, 5}}},
      {"Pad",
       {{2, 3, 4, 5}},
       {{"pads", Ints{0, 1, 2, 3, 1, 0, 1, 2}}, {"constant_value", 1.5f}, mode("constant")}},
      {"Pad", {{2, 3, 4, 5}}, {{"pads", Ints{0, -1, 2, -2, 0, 1, -1, 2}}, mode("constant")}},
      {"Pad", {{2, 3, 4, 5}}, {{"pads", Ints{0, 0, 2, 3, 0, 0, 1, 4}}, mode("reflect")}},
      {"Pad", {{2, 3, 4, 5}}, {{"pads", Ints{1, 2, 2, 9, 0, 0, 1, 4}}, mode("edge")}},
      {"Pad", {{2, 3, 4, 5}}, {{"pads", Ints{0, 0, 3, 2, 0, 0, 1, 4}}, mode("wrap")}},
      {"Pad", {{7}}, {{"pads", Ints{2, 3}}, mode("constant")}},
  };
  return cases;
}

}  // namespace dlis
