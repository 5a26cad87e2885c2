// Recordings of an accelerometer and a gyroscope of people who do six things, made from physical
// models: data for networks with several inputs, the same everywhere.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "dlis/base/result.h"
#include "dlis/base/rng.h"
#include "dlis/format/tensor.h"

namespace dlis {

inline constexpr std::int64_t kSensorSteps = 128;  // of a window: 2.56 s at 50 Hz

// What is told apart; a label is an index: still, turning, walking, stairs, cycling, running.
// Turning on the spot and standing still differ for the gyroscope alone (gravity stays where it
// is), walking and taking stairs for the accelerometer alone (the legs swing alike).
std::span<const std::string_view> activities();

// How a person moves, and the device in the pocket.
struct Wearer {
  double tempo = 1, strength = 1;   // factors of the activity's
  double phases[3] = {};            // of the harmonics of a step
  double harmonics[3] = {1, 1, 1};  // their factors
  double scale = 1;                 // error of the accelerometer
};
Wearer random_wearer(Rng& rng);

// One window, 3 x kSensorSteps each: `accelerometer` in g (gravity is in it), `gyroscope` in rad/s,
// in the axes of the device, which lies in the pocket in any direction.
void record_window(std::size_t activity, const Wearer& wearer, Rng& rng,
                   std::span<float> accelerometer, std::span<float> gyroscope);

// Writes train/ (70 % of `count` windows), heldout/ (10 %) and test/ (20 %) into `folder`, each of
// people of its own, with accelerometer.npy, gyroscope.npy (N x 3 x 128) and labels.npy; what
// `arrays:DIR` reads for the network `two_branch`. And classes.txt, an activity a line. Errors:
// fewer than 60 windows, more than memory holds, those of NewFolder, the disk.
Status make_sensors(const std::filesystem::path& folder, std::int64_t count, std::uint64_t seed);

}  // namespace dlis
