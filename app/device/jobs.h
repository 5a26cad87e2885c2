// Jobs of `dlis-run --jobs FOLDER`: lines in, one line of JSON out for each.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "dlis/dlis_device.h"

namespace dlis::app {

// One stack to measure. Names are those of files in the folder.
struct Job {
  std::string key, model;
  // .npy, f32, as the network takes them: a file for each of its inputs, then those of the next
  // part
  std::vector<std::string> images;
  PlanOptions plan;
  double seconds = 0.5;  // of timing
  bool layers = false;   // whether the answer has what each layer takes
};

// "measure" and behind it NAME=VALUE, separated by tabs: key, model, images (any number), format,
// compute, schedule, device, threads, tune, memory, seconds, layers=1. Errors: a name that is
// unknown, a value that makes no sense, a file outside the folder.
Result<Job> parse_job(const std::vector<std::string_view>& words);

// Phase and share of it.
using OnPhase = std::function<void(std::string_view, double)>;

// Measures and keeps the answer as KEY.json until it is forgotten; an answer that is kept already
// is given again. One job at a time is measured in a folder, whoever asks. A stack that no layer
// accepts has an answer, too. Errors: the world is wrong.
Result<std::string> answer(const Job& job, const OnPhase& on_phase);

// Says who it is, then answers until standard input ends or nobody reads:
//   has NAME     the bytes of a file of the folder, -1 where there is none
//   drop NAME    a file of the folder that is not needed again
//   forget KEY   an answer that has arrived
//   measure ...  parse_job
// Lines with a "phase" come before an answer. Error: the folder.
Status serve_jobs(const std::string& folder);

std::string json_text(std::string_view text);  // as JSON; what is not ASCII becomes '?'

}  // namespace dlis::app
