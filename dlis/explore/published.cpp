// Fits two numbers a network and one for the board, and simulates the rest.
#include "dlis/explore/published.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dlis/base/file.h"
#include "dlis/compute/parallel/simulate.h"
#include "dlis/explore/load.h"
#include "dlis/model/op.h"
#include "dlis/runtime/json.h"

namespace dlis {
namespace {

using Json = nlohmann::json;

// A network as the published code runs it: a phase for each convolution, its output channels the
// tiles, in multiply-adds.
struct Network {
  std::string model;
  std::vector<SimulatedPhase> phases;

  // Multiply-adds of the fastest core in the time that the convolutions take; `cores` are relative.
  double run(const ScheduleSpec& schedule, std::vector<double> cores) const {
    double sum = 0;
    for (const SimulatedPhase& phase : phases) sum += simulate({cores}, phase, schedule);
    return sum;
  }
};

Result<Network> network_of(const std::string& model) {
  const Graph graph = DLIS_TRY(load_model(model));
  Network network{model, {}};
  for (const Node& node : graph.nodes) {
    if (std::string_view(node.op->name) != "Conv") continue;
    const std::int64_t channels = (*graph.value(node.outputs[0]).shape)[1];
    const double each = double(macs_of(graph, node)) / double(channels);
    network.phases.push_back({std::vector<double>(std::size_t(channels), each), 0});
  }
  return network;
}

// Threads take the fastest cores first.
std::vector<double> speeds_of(const Topology& board, double other_kind, int threads) {
  std::vector<double> speeds;
  for (const Core& core : board.cores) speeds.push_back(core.kind == 0 ? 1 : other_kind);
  std::ranges::sort(speeds, std::greater<>());
  speeds.resize(std::min(speeds.size(), std::size_t(threads)));
  return speeds;
}

const PublishedTime* find_fitted(const Published& p, const std::string& model, int threads) {
  const auto it = std::ranges::find_if(p.times, [&](const PublishedTime& time) {
    return time.fitted && time.model == model && time.threads == threads;
  });
  return it == p.times.end() ? nullptr : &*it;
}

// T(n) = serial + ns * W(n), where W(1) are all multiply-adds and W(2) comes from the simulation.
Result<PublishedFit> fit(const Published& p, const Network& network, const ScheduleSpec& schedule) {
  const PublishedTime* one = find_fitted(p, network.model, 1);
  const PublishedTime* two = find_fitted(p, network.model, 2);
  if (!one || !two)
    return fail("its times on one and on two threads are not fitted", network.model,
                "mark both with \"fitted\": true");
  const double w1 = network.run(schedule, {1}), w2 = network.run(schedule, {1, 1});
  const double per_mac = (one->seconds - two->seconds) / (w1 - w2);
  return PublishedFit{network.model, 1e9 * per_mac, one->seconds - per_mac * w1};
}

double seconds_of(const Network& network, const PublishedFit& fit, const ScheduleSpec& schedule,
                  std::vector<double> cores) {
  return fit.serial_s + 1e-9 * fit.ns_per_mac * network.run(schedule, std::move(cores));
}

// The speed whose simulated time comes nearest. A slow core that takes one of the last tiles holds
// all others up, so the time does not fall evenly with the speed: all thousandths are tried.
double nearest_speed(const Network& network, const PublishedFit& fit, const ScheduleSpec& schedule,
                     const Topology& board, const PublishedTime& time) {
  constexpr int kSteps = 1000;
  double best = 0, least = 1e300;
  for (int step = 1; step <= kSteps; ++step) {
    const double speed = double(step) / kSteps;
    const double error = std::abs(
        seconds_of(network, fit, schedule, speeds_of(board, speed, time.threads)) - time.seconds);
    if (error < least) best = speed, least = error;
  }
  return best;
}

Result<PublishedTime> time_of(const Json& each, const std::string& model, const std::string& file) {
  const auto number = [&](const char* key) {
    return each.is_object() && each.contains(key) && each[key].is_number() ? each[key].get<double>()
                                                                           : 0;
  };
  PublishedTime time{model, int(std::clamp(number("threads"), 0.0, 1024.0)), number("seconds"),
                     each.is_object() && each.value("fitted", Json()) == true, 0};
  if (time.threads < 1 || !(time.seconds > 0))
    return fail(fmt::format("a time of '{}' has no threads or no seconds", model), file,
                R"(write {"threads": 4, "seconds": 0.8, "fitted": false})");
  return time;
}

}  // namespace

Result<Published> read_published(const std::filesystem::path& board) {
  const std::string file = (board / "published.json").string();
  const std::string text = DLIS_TRY(read_text(file));
  const Json root = parse_json<Json>(text);
  const auto string_of = [](const Json& object, const char* key) {
    const bool has = object.is_object() && object.contains(key) && object[key].is_string();
    return has ? object[key].get<std::string>() : std::string();
  };
  Published out{
      string_of(root, "source"), string_of(root, "schedule"), string_of(root, "tiles"), {}, {}, 0};
  const Json networks = root.is_object() ? root.value("networks", Json()) : Json();
  if (out.source.empty() || out.schedule.empty() || !networks.is_array())
    return fail("this is no file of published times", file,
                "it needs source, schedule and networks");
  for (const Json& network : networks) {
    const std::string model = string_of(network, "model");
    const Json times = network.is_object() ? network.value("times", Json()) : Json();
    if (model.empty() || !times.is_array())
      return fail("a network has no model or no times", file, "name both");
    for (const Json& each : times) out.times.push_back(DLIS_TRY(time_of(each, model, file)));
  }
  return out;
}

Status reproduce(Published& published, const Topology& board) {
  if (board.kinds.size() != 2)
    return fail(fmt::format("it has {} kinds of cores, not two", board.kinds.size()), board.model,
                "the fit is for big and little cores");
  const ScheduleSpec schedule = DLIS_TRY(parse_schedule(published.schedule));
  std::vector<Network> networks;
  const auto fastest = std::ranges::count(board.cores, 0, &Core::kind);
  published.other_kind = 0;
  published.fits.clear();
  for (const PublishedTime& time : published.times) {
    if (std::ranges::find(networks, time.model, &Network::model) != networks.end()) continue;
    networks.push_back(DLIS_TRY(network_of(time.model)));
    published.fits.push_back(DLIS_TRY(fit(published, networks.back(), schedule)));
  }
  const auto index_of = [&](const std::string& model) {
    return std::size_t(std::ranges::find(networks, model, &Network::model) - networks.begin());
  };
  for (const PublishedTime& time : published.times) {
    if (!time.fitted || time.threads <= fastest || published.other_kind > 0) continue;
    const std::size_t i = index_of(time.model);
    published.other_kind = nearest_speed(networks[i], published.fits[i], schedule, board, time);
  }
  if (published.other_kind == 0)
    return fail("no fitted time uses both kinds of cores", board.model,
                "mark one with \"fitted\": true");
  for (PublishedTime& time : published.times) {
    const std::size_t i = index_of(time.model);
    time.simulated_s = seconds_of(networks[i], published.fits[i], schedule,
                                  speeds_of(board, published.other_kind, time.threads));
  }
  return {};
}

}  // namespace dlis
