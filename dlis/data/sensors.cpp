// Bodies that move, and what sensors on them show.
#include "dlis/data/sensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "dlis/base/file.h"
#include "dlis/base/memory.h"
#include "dlis/base/new_folder.h"
#include "dlis/format/npy.h"

namespace dlis {
namespace {

namespace fs = std::filesystem;
using std::numbers::pi;
using Vector = std::array<double, 3>;  // lateral, forward, up; or the device's axes

constexpr double kRate = 50;  // Hz

// Amplitudes. A stride is two steps: what both legs do alike has the frequency of steps.
struct Activity {
  std::string_view name;
  double strides;              // a second
  std::array<double, 3> bump;  // g, up and down, by harmonic of the steps
  double push, sway;           // g: forward with the steps, sideways with the strides
  double swing;                // rad: of the thigh
  double turn;                 // rad/s: around the vertical
  double shake;                // g: of the ground and of muscles
};
constexpr Activity kActivities[] = {
    {"still", 0.3, {0, 0, 0}, 0, 0.005, 0.01, 0, 0.01},
    {"turning", 0.3, {0, 0, 0}, 0, 0.005, 0.01, 1.4, 0.01},
    {"walking", 0.9, {0.29, 0.13, 0.06}, 0.12, 0.07, 0.35, 0, 0.04},
    {"stairs", 0.9, {0.21, 0.17, 0.11}, 0.12, 0.07, 0.35, 0, 0.04},
    {"cycling", 1.15, {0.04, 0.02, 0.01}, 0.03, 0.03, 0.32, 0, 0.09},
    {"running", 1.3, {0.80, 0.30, 0.15}, 0.30, 0.15, 0.55, 0, 0.08},
};

struct Sensor {
  double noise, step, limit;  // standard deviation, resolution, largest value
};
constexpr Sensor kAccelerometer{0.03, 1.0 / 2048, 16};                // g
constexpr Sensor kGyroscope{0.05, pi / 180 / 16.4, pi / 180 * 2000};  // rad/s
constexpr double kDrift = 0.05;  // rad/s: a gyroscope that rests shows some rotation

// Uniform over all directions (Shoemake 1992, "Uniform random rotations").
std::array<Vector, 3> random_rotation(Rng& rng) {
  double q[4], length = 0;
  for (double& x : q) x = rng.normal(), length += x * x;
  for (double& x : q) x /= std::sqrt(length);
  const double w = q[0], x = q[1], y = q[2], z = q[3];
  return {{{1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)},
           {2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)},
           {2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)}}};
}

float read(const Sensor& sensor, double value, Rng& rng) {
  const double seen = value + sensor.noise * rng.normal();
  return float(
      std::clamp(std::nearbyint(seen / sensor.step) * sensor.step, -sensor.limit, sensor.limit));
}

// The motion of one window.
struct Motion {
  Activity what;
  Wearer who;
  double strides, strength, phase, turn, middle;

  // Forces on the thigh in g, gravity among them, and its rotation, both in its own axes.
  void at(double t, Rng& rng, Vector& force, Vector& rotation) const {
    const double stride = 2 * pi * strides * t + phase, step = 2 * stride;
    double up = 1;
    for (int k = 0; k < 3; ++k)
      up += strength * what.bump[std::size_t(k)] * who.harmonics[k] *
            std::sin((k + 1) * step + who.phases[k]);
    const double side = strength * what.sway * std::sin(stride + who.phases[0]);
    const double front = strength * what.push * std::sin(step + who.phases[1]);
    const double tilt = strength * what.swing * (std::sin(stride) + 0.2 * std::sin(step));
    const double tilting =
        strength * what.swing * 2 * pi * strides * (std::cos(stride) + 0.4 * std::cos(step));
    const double away = (t - middle) / 0.8;  // a turn swells and ends
    const double yaw =
        turn * std::exp(-0.5 * away * away) + strength * what.sway * std::cos(stride);
    const double c = std::cos(tilt), s = std::sin(tilt);
    force = {side, front * c + up * s, up * c - front * s};
    for (double& x : force) x += what.shake * rng.normal();
    rotation = {tilting, yaw * s, yaw * c};
  }
};

Motion random_motion(std::size_t activity, const Wearer& who, Rng& rng) {
  const Activity& what = kActivities[activity];
  const double middle = rng.uniform(0.3, 0.7) * double(kSensorSteps) / kRate;
  const double direction = rng.uniform() < 0.5 ? -1 : 1;
  return {what,
          who,
          what.strides * who.tempo * rng.uniform(0.95, 1.05),
          who.strength * rng.uniform(0.8, 1.2),
          rng.uniform(0, 2 * pi),
          direction * what.turn * rng.uniform(0.2, 1.5),
          middle};
}

struct Part {
  const char* name;
  double share;  // of the windows
  int wearers;
};
constexpr Part kParts[] = {{"train", 0.7, 28}, {"heldout", 0.1, 6}, {"test", 0.2, 12}};

Status write_part(const fs::path& folder, const Part& part, std::int64_t count, Rng& rng) {
  std::vector<Wearer> wearers;
  for (int i = 0; i < part.wearers; ++i) wearers.push_back(random_wearer(rng));
  const Shape shape{count, 3, kSensorSteps};
  Tensor accelerometer(DType::f32, shape), gyroscope(DType::f32, shape);
  std::vector<std::int64_t> labels;
  constexpr std::size_t kWindow = 3 * kSensorSteps;
  const auto forces = accelerometer.edit<float>(), rotations = gyroscope.edit<float>();
  for (std::size_t i = 0; i < std::size_t(count); ++i) {
    const std::size_t activity = i % std::size(kActivities);
    const Wearer& wearer = wearers[std::size_t(rng.below(part.wearers))];
    record_window(activity, wearer, rng, forces.subspan(i * kWindow, kWindow),
                  rotations.subspan(i * kWindow, kWindow));
    labels.push_back(std::int64_t(activity));
  }
  DLIS_TRY(save_npy(accelerometer, folder / "accelerometer.npy"));
  DLIS_TRY(save_npy(gyroscope, folder / "gyroscope.npy"));
  return save_npy(Tensor::ints(labels), folder / "labels.npy");
}

}  // namespace

std::span<const std::string_view> activities() {
  static constexpr auto names = [] {
    std::array<std::string_view, std::size(kActivities)> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kActivities[i].name;
    return all;
  }();
  return names;
}

Wearer random_wearer(Rng& rng) {
  Wearer wearer;
  wearer.tempo = rng.uniform(0.85, 1.15);
  wearer.strength = rng.uniform(0.75, 1.3);
  for (double& phase : wearer.phases) phase = rng.uniform(-0.9, 0.9);
  for (double& factor : wearer.harmonics) factor = rng.uniform(0.65, 1.35);
  wearer.scale = rng.uniform(0.97, 1.03);
  return wearer;
}

void record_window(std::size_t activity, const Wearer& wearer, Rng& rng,
                   std::span<float> accelerometer, std::span<float> gyroscope) {
  const Motion motion = random_motion(activity, wearer, rng);
  const auto device = random_rotation(rng);
  Vector drift, force, rotation;
  for (double& x : drift) x = kDrift * rng.normal();
  for (std::size_t i = 0; i < std::size_t(kSensorSteps); ++i) {
    motion.at(double(i) / kRate, rng, force, rotation);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double g = 0, turn = drift[axis];
      for (std::size_t k = 0; k < 3; ++k) {
        g += device[axis][k] * force[k] * wearer.scale;
        turn += device[axis][k] * rotation[k];
      }
      const std::size_t at = axis * std::size_t(kSensorSteps) + i;
      accelerometer[at] = read(kAccelerometer, g, rng);
      gyroscope[at] = read(kGyroscope, turn, rng);
    }
  }
}

Status make_sensors(const fs::path& folder, std::int64_t count, std::uint64_t seed) {
  if (count < 60) return fail("a data set has at least 60 windows", "--count", "ask for 6000");
  constexpr std::int64_t kBytes = 2 * 3 * kSensorSteps * std::int64_t(sizeof(float));
  if (count > available_memory() / (2 * kBytes))
    return fail(fmt::format("{} windows need more memory than is available", count), "--count",
                "ask for fewer");
  std::string names;
  for (const std::string_view name : activities()) names += fmt::format("{}\n", name);
  NewFolder made = DLIS_TRY(NewFolder::make(folder));
  for (std::size_t i = 0; i < std::size(kParts); ++i) {
    const fs::path place = made.path() / kParts[i].name;
    std::error_code error;
    fs::create_directory(place, error);
    if (error) return fail("the folder cannot be made: " + error.message(), place.string());
    Rng rng(seed * std::size(kParts) + i);
    DLIS_TRY(write_part(place, kParts[i], std::llround(double(count) * kParts[i].share), rng));
  }
  DLIS_TRY(write_file_atomic(made.path() / "classes.txt", names));
  return made.finish();
}

}  // namespace dlis
