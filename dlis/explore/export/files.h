// The texts of an exported folder.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "dlis/explore/report/evidence.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// The text of a file of dlis/explore/export/templates/, by its name; empty where there is none. The
// build makes this function (cmake/embed.cmake).
std::string_view export_template(std::string_view name);

// What the texts say of an export.
struct Folder {
  Entry entry;
  std::string store;
  Graph graph;  // the network
  int threads = 1;
  double tolerance = 0;
  std::string packed_for;      // network.dlis's instruction set; empty: its weights are canonical
  bool has_canonical = false;  // a second file
  bool has_onnx = true;
  std::string input;                         // "the first image of cifar10:..."
  std::vector<std::string> inputs, outputs;  // the names of the .npy files
  std::vector<std::string> notes;
};

// By name: example.c, example.cpp, Makefile, README.md.
std::map<std::string, std::string> texts_of(const Folder& folder);

}  // namespace dlis
