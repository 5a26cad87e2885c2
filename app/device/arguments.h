// What `dlis-run` is asked for.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "dlis/dlis_device.h"

namespace dlis::app {

extern const char* const kHelp;

struct RunArguments {
  std::string model;
  std::vector<std::string> inputs, outputs;  // in the network's order
  std::string plan;                          // a file for the choices that were measured
  std::string jobs;                          // a folder: answers lines of standard input
  int threads = 1, repeat = 1;
  bool tune = false, json = false, check = false, help = false;
};

// Errors are wrong usage.
Result<RunArguments> parse_arguments(std::span<char* const> texts);

Status run_network(const RunArguments& arguments);

}  // namespace dlis::app
