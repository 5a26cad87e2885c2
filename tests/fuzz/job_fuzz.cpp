// Any lines given to dlis-run end in jobs that stay in its folder and within its limits, or in an
// error with a sentence.
#include "app/device/jobs.h"
#include "tests/fuzz/fuzz.h"

namespace {

bool is_in_folder(const std::string& name) {
  return !name.empty() && name[0] != '.' && name.find('/') == std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dlis;
  for (const std::string_view line : split(fuzz::text_of(data, size), '\n')) {
    const auto job = app::parse_job(split(line, '\t'));
    if (!job) {
      fuzz::expect_sentence(job.error());
      continue;
    }
    fuzz::expect(is_in_folder(job->key) && is_in_folder(job->model));
    for (const std::string& name : job->images) fuzz::expect(is_in_folder(name));
    fuzz::expect(job->plan.threads >= 1 && job->plan.threads <= kMostThreads && job->seconds > 0);
  }
  return 0;
}
