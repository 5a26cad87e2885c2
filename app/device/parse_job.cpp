// Reads a job.
#include <fmt/format.h>

#include <algorithm>

#include "jobs.h"

namespace dlis::app {
namespace {

constexpr double kMostSeconds = 3600;

Result<std::string> file_name(std::string_view text) {
  if (text.empty() || text[0] == '.' || text.find('/') != std::string_view::npos)
    return fail(fmt::format("'{}' is no name of a file in the folder", text.substr(0, 60)),
                "a job");
  return std::string(text);
}

Status set(Job& job, std::string_view name, std::string_view value) {
  const std::string text(value), where(name);
  if (name == "key")
    job.key = DLIS_TRY(file_name(value));
  else if (name == "model")
    job.model = DLIS_TRY(file_name(value));
  else if (name == "images")
    job.images.push_back(DLIS_TRY(file_name(value)));
  else if (name == "format")
    job.plan.format = text;
  else if (name == "compute")
    job.plan.compute = text;
  else if (name == "schedule")
    job.plan.schedule = text;
  else if (name == "device")
    job.plan.device = text;
  else if (name == "threads")
    job.plan.threads =
        int(std::clamp<std::int64_t>(DLIS_TRY(parse_integer(value, where)), 0, kMostThreads + 1));
  else if (name == "tune")
    job.plan.tune = DLIS_TRY(parse_tune(value));
  else if (name == "memory")
    job.plan.memory_bytes = std::size_t(DLIS_TRY(parse_bytes(value, where)));
  else if (name == "seconds")
    job.seconds = DLIS_TRY(parse_real(value, where));
  else if (name == "layers")
    job.layers = DLIS_TRY(parse_integer(value, where)) != 0;
  else
    return fail(fmt::format("a job has no '{}'", name));
  return {};
}

}  // namespace

Result<Job> parse_job(const std::vector<std::string_view>& words) {
  Job job;
  job.plan.cache = "choices.tsv";
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string_view::npos)
      return fail(fmt::format("'{}' is not NAME=VALUE", words[i].substr(0, 60)), "a job");
    DLIS_TRY(set(job, words[i].substr(0, equals), words[i].substr(equals + 1)));
  }
  if (job.key.empty() || job.model.empty()) return fail("a job needs a key and a model");
  if (job.plan.threads < 1 || job.plan.threads > kMostThreads)
    return fail(fmt::format("a job has 1 to {} threads", kMostThreads));
  if (!(job.seconds > 0 && job.seconds <= kMostSeconds))
    return fail(fmt::format("a job is timed for more than 0 and at most {} s", kMostSeconds));
  return job;
}

}  // namespace dlis::app
