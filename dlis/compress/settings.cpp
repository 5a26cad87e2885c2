// Training settings by name.
#include <fmt/format.h>

#include "dlis/base/text.h"
#include "dlis/compress/train/training.h"

namespace dlis {
namespace {

struct Real {
  const char* name;
  double TrainingSettings::*field;
  double low, high;
};
constexpr Real kReals[] = {
    {"epochs", &TrainingSettings::epochs, 0, 10000},
    {"rate", &TrainingSettings::rate, 0, 100},
    {"momentum", &TrainingSettings::momentum, 0, 1},
    {"decay", &TrainingSettings::decay, 0, 1},
    {"warmup", &TrainingSettings::warmup, 0, 10000},
    {"smoothing", &TrainingSettings::smoothing, 0, 1},
    {"clip", &TrainingSettings::clip, 0, 1e9},
    {"distil", &TrainingSettings::distil, 0, 1},
    {"temperature", &TrainingSettings::temperature, 0.01, 1000},
};
struct Count {
  const char* name;
  std::int64_t TrainingSettings::*field;
  std::int64_t low, high;
};
constexpr Count kCounts[] = {
    {"batch", &TrainingSettings::batch, 2, 1 << 16},
    {"crop", &TrainingSettings::crop, 0, 1 << 12},
    {"cutout", &TrainingSettings::cutout, 0, 1 << 12},
};

template <class T>
Status set_within(T& field, T value, T low, T high, const std::string& name) {
  if (!(value >= low && value <= high))
    return fail(fmt::format("must be {} to {}, not {}", low, high, value), name);
  field = value;
  return {};
}

}  // namespace

Status set_training(TrainingSettings& settings, const std::string& name, const std::string& value) {
  std::vector<std::string> known{"schedule", "device", "flip", "seed"};
  for (const Real& real : kReals) {
    known.emplace_back(real.name);
    if (name == real.name)
      return set_within(settings.*real.field, DLIS_TRY(parse_real(value, name)), real.low,
                        real.high, name);
  }
  for (const Count& count : kCounts) {
    known.emplace_back(count.name);
    if (name == count.name)
      return set_within(settings.*count.field, DLIS_TRY(parse_integer(value, name)), count.low,
                        count.high, name);
  }
  if (name == "device") {
    settings.device = value;
    return {};
  }
  if (name == "schedule") {
    if (value != "cosine" && value != "step")
      return tl::unexpected(unknown_name("schedule", value, {"cosine", "step"}));
    settings.schedule = value;
    return {};
  }
  if (name == "flip" || name == "seed") {
    const std::int64_t number = DLIS_TRY(parse_integer(value, name));
    if (number < 0 || (name == "flip" && number > 1)) return fail("is out of range", name);
    if (name == "flip") settings.flip = number == 1;
    if (name == "seed") settings.seed = std::uint64_t(number);
    return {};
  }
  return tl::unexpected(unknown_name("training setting", name, known));
}

std::string text_of(const TrainingSettings& settings) {
  std::string text = fmt::format("schedule={} flip={} seed={}", settings.schedule,
                                 int(settings.flip), settings.seed);
  for (const Real& real : kReals) text += fmt::format(" {}={}", real.name, settings.*real.field);
  for (const Count& count : kCounts)
    text += fmt::format(" {}={}", count.name, settings.*count.field);
  return text;
}

}  // namespace dlis
