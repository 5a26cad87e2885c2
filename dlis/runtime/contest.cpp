// Exchanges the rows of a plan's steps between the runs of one session.
#include "dlis/runtime/contest.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "dlis/base/clock.h"
#include "dlis/base/memory.h"
#include "dlis/base/statistics.h"
#include "dlis/runtime/measure.h"

namespace dlis {
namespace {

constexpr double kNear = 1.1;          // of the chosen row's time
constexpr int kMostRivals = 3;         // near ties a layer
constexpr double kHopeless = 1.5;      // a plan of one row, by the sum of its layers' times
constexpr double kSeconds = 1.5;       // of rounds, each contest
constexpr int kLeast = 9, kMost = 60;  // rounds

// Another round is made until these are enough.
bool goes_on(int round, double start) {
  return round < kLeast || (round < kMost && now_ms() - start < 1000 * kSeconds);
}

// Of the second of two runs: the first fills the caches as the plan's own runs leave them.
Result<double> timed(Session& session, const std::vector<Tensor>& inputs) {
  DLIS_TRY(session.run(inputs));
  const double start = now_ms();
  DLIS_TRY(session.run(inputs));
  return now_ms() - start;
}

// What a candidate needs where its tiles are cut as those of the step are.
std::size_t scratch_in_place(const Step& step, const Candidate& candidate) {
  if (!candidate.offered) return 0;
  const ConvProblem problem = with_format(step.conv, candidate.format, candidate.density);
  return std::max(candidate.scratch_bytes, candidate.row->scratch_bytes(problem));
}

// Another row for a step, packed and ready to change places with the step's own.
struct StandIn {
  std::size_t step;
  std::size_t candidate;
  Step row;
};
using Team = std::vector<StandIn>;

class Contest {
 public:
  Contest(std::shared_ptr<Plan> plan, const std::vector<LoweredStep>& layers, Chooser& chooser,
          Session session)
      : plan_(std::move(plan)),
        layers_(layers),
        chooser_(chooser),
        session_(std::move(session)),
        inputs_(random_inputs(plan_->graph)) {}

  Status settle_ties() {
    std::vector<Team> teams;
    for (int rank = 0; rank < kMostRivals; ++rank) {
      Team team = DLIS_TRY(near_ties(rank));
      if (team.empty()) break;
      teams.push_back(std::move(team));
    }
    if (teams.empty()) return {};
    Team winners = DLIS_TRY(faster_in_place(std::move(teams)));
    std::vector<Choice> choices;
    for (const StandIn& winner : winners) choices.push_back({winner.step, winner.candidate});
    // Faster one by one need not be faster together, nor fit.
    if (!winners.empty() && fits(choices) && DLIS_TRY(duel(winners)) < 1)
      DLIS_TRY(exchange(winners));
    return {};
  }

  // Splits were measured alone, where both sides begin idle: they stay where the plan, too, is
  // faster with them than with the fastest whole layers.
  Status settle_splits() {
    std::vector<Choice> choices;
    for (std::size_t step = 0; step < plan_->steps.size(); ++step)
      if (plan_->steps[step].split.milliseconds > 0)  // 0: whole, or as an earlier plan had it
        choices.push_back({step, fastest(step)});
    if (choices.empty() || !fits(choices)) return {};
    Team whole = DLIS_TRY(packed(choices));
    const double ratio = DLIS_TRY(duel(whole));
    if (ratio >= 1) return {};
    DLIS_TRY(exchange(whole));
    for (const Choice& c : choices)
      plan_->steps[c.step].split.why_whole = fmt::format(
          "no split pays inside the plan: with whole layers it takes {:.3f} of the time", ratio);
    return {};
  }

  Status compare_with_single_rows() {
    for (const ConvRow* row : conv_rows()) {
      const std::vector<Choice> choices = choices_with(row);
      if (choices.empty()) continue;
      const double predicted = predicted_ratio(choices);
      if (predicted > kHopeless || !fits(choices)) {
        plan_->rivals.push_back({row->name, predicted, false});
        continue;
      }
      Team team = DLIS_TRY(packed(choices));
      const double ratio = DLIS_TRY(duel(team));
      plan_->rivals.push_back({row->name, ratio, true});
      if (ratio < kNoise) DLIS_TRY(exchange(team));
    }
    return {};
  }

 private:
  struct Choice {
    std::size_t step, candidate;
  };

  Candidate& candidate(const Choice& c) { return plan_->steps[c.step].candidates[c.candidate]; }

  // The candidate that the step has now; null where its choice was given.
  Candidate* chosen(std::size_t step) {
    if (plan_->steps[step].split.row) return nullptr;  // its parts were measured together
    for (Candidate& c : plan_->steps[step].candidates)
      if (c.offered && c.row == plan_->steps[step].conv_row &&
          c.format == plan_->steps[step].conv.format)
        return c.milliseconds > 0 ? &c : nullptr;
    return nullptr;
  }

  std::size_t fastest(std::size_t step) const {
    const auto& all = plan_->steps[step].candidates;
    const auto time = [](const Candidate& c) {
      return c.offered && c.milliseconds > 0 ? c.milliseconds : std::numeric_limits<double>::max();
    };
    return std::size_t(std::ranges::min_element(all, {}, time) - all.begin());
  }

  // The near tie of each layer that is the `rank`-th nearest.
  Result<Team> near_ties(int rank) {
    std::vector<Choice> choices;
    for (std::size_t step = 0; step < plan_->steps.size(); ++step) {
      const Candidate* own = chosen(step);
      if (!own) continue;
      std::vector<std::pair<double, std::size_t>> near;
      const auto& all = plan_->steps[step].candidates;
      for (std::size_t i = 0; i < all.size(); ++i)
        if (all[i].offered && &all[i] != own && all[i].milliseconds > 0 &&
            all[i].milliseconds <= kNear * own->milliseconds)
          near.push_back({all[i].milliseconds, i});
      std::ranges::sort(near);
      if (std::size_t(rank) >= near.size()) continue;
      choices.push_back({step, near[std::size_t(rank)].second});
      if (!fits(choices)) choices.pop_back();
    }
    return packed(choices);
  }

  // One row wherever it accepts, in its fastest format; only the steps that would change.
  std::vector<Choice> choices_with(const ConvRow* row) {
    std::vector<Choice> choices;
    for (std::size_t step = 0; step < plan_->steps.size(); ++step) {
      const Candidate* own = chosen(step);
      const auto& all = plan_->steps[step].candidates;
      const Candidate* best = nullptr;
      for (const Candidate& c : all)
        if (c.offered && c.row == row && (!best || c.milliseconds < best->milliseconds)) best = &c;
      if (own && best && own->row != row) choices.push_back({step, std::size_t(best - all.data())});
    }
    return choices;
  }

  double predicted_ratio(const std::vector<Choice>& choices) {
    double ours = 0, theirs = 0;
    for (std::size_t step = 0; step < plan_->steps.size(); ++step)
      if (const Candidate* own = chosen(step)) ours += own->milliseconds;
    theirs = ours;
    for (const Choice& c : choices)
      theirs += candidate(c).milliseconds - chosen(c.step)->milliseconds;
    return ours > 0 ? theirs / ours : 1;
  }

  // Within the budget once they are exchanged, and within the machine while both are held.
  bool fits(const std::vector<Choice>& choices) {
    std::size_t held = 0, bytes = plan_->arena_bytes, scratch = 0;
    std::vector<std::size_t> scratches;
    for (const Step& step : plan_->steps) {
      bytes += step.weights_bytes;
      scratches.push_back(step.scratch_bytes);
    }
    for (const Choice& c : choices) {
      const Candidate& other = candidate(c);
      held += other.packed_bytes;
      bytes += other.packed_bytes - plan_->steps[c.step].weights_bytes;
      scratches[c.step] = scratch_in_place(plan_->steps[c.step], other);
    }
    for (const std::size_t each : scratches) scratch = std::max(scratch, each);
    const std::size_t limit = plan_->options.memory_bytes;
    return (limit == 0 || bytes + scratch <= limit) &&
           double(held) < 0.9 * double(available_memory());
  }

  Result<Team> packed(const std::vector<Choice>& choices) {
    Team team;
    for (const Choice& c : choices) {
      const Step& own = plan_->steps[c.step];
      Step other;
      other.conv = with_format(own.conv, candidate(c).format,
                               density_of(layers_[c.step].weights, *candidate(c).format));
      other.conv_row = candidate(c).row;
      other.schedule = own.schedule;
      other.workers = own.workers;
      other.split.why_whole = own.split.why_whole;
      DLIS_TRY(chooser_.pack(layers_[c.step], other));
      team.push_back({c.step, c.candidate, std::move(other)});
    }
    return team;
  }

  // Before a round of measurements.
  Status check_going_on() const { return dlis::check_going_on(plan_->options); }

  Status exchange(Team& team) {
    for (StandIn& other : team) {
      Step& own = plan_->steps[other.step];
      std::swap(own.conv, other.row.conv);
      std::swap(own.conv_row, other.row.conv_row);
      std::swap(own.split, other.row.split);
      std::swap(own.schedule, other.row.schedule);
      std::swap(own.workers, other.row.workers);
      std::swap(own.packed, other.row.packed);
      std::swap(own.on_device, other.row.on_device);
      std::swap(own.weights_bytes, other.row.weights_bytes);
      std::swap(own.scratch_bytes, other.row.scratch_bytes);
    }
    return session_.rebind();
  }

  // Profiles the plan with each team in turns. The stand-ins that were faster in their place.
  Result<Team> faster_in_place(std::vector<Team> teams) {
    std::vector<std::vector<std::vector<double>>> samples(  // by team (the plan is last) and step
        teams.size() + 1, std::vector<std::vector<double>>(plan_->steps.size()));
    const auto profile = [&](std::size_t team) -> Status {
      const auto times = DLIS_TRY(session_.profile(inputs_));
      for (std::size_t i = 0; i < times.size(); ++i) samples[team][i].push_back(times[i]);
      return {};
    };
    const double start = now_ms();
    for (int round = 0; goes_on(round, start); ++round) {
      for (std::size_t team = 0; team < teams.size(); ++team) {
        DLIS_TRY(check_going_on());
        DLIS_TRY(profile(teams.size()));
        DLIS_TRY(exchange(teams[team]));
        DLIS_TRY(profile(team));
        DLIS_TRY(exchange(teams[team]));
      }
    }
    Team winners;
    for (std::size_t step = 0; step < plan_->steps.size(); ++step) {
      double best_ms = median(samples.back()[step]);
      StandIn* best = nullptr;
      for (std::size_t team = 0; team < teams.size(); ++team)
        for (StandIn& other : teams[team]) {
          if (other.step != step) continue;
          const double ms = median(samples[team][step]);
          plan_->steps[step].candidates[other.candidate].in_plan_ms = ms;
          if (Candidate* own = chosen(step)) own->in_plan_ms = median(samples.back()[step]);
          if (ms < best_ms) best = &other, best_ms = ms;
        }
      if (best) winners.push_back(std::move(*best));
    }
    return winners;
  }

  // The median over rounds of the team's time over the plan's, whole runs in turns.
  Result<double> duel(Team& team) {
    std::vector<double> ratios;
    const double start = now_ms();
    for (int round = 0; goes_on(round, start); ++round) {
      DLIS_TRY(check_going_on());
      const double ours = DLIS_TRY(timed(session_, inputs_));
      DLIS_TRY(exchange(team));
      const double theirs = DLIS_TRY(timed(session_, inputs_));
      DLIS_TRY(exchange(team));
      ratios.push_back(theirs / ours);
    }
    return median(std::move(ratios));
  }

  std::shared_ptr<Plan> plan_;
  const std::vector<LoweredStep>& layers_;
  Chooser& chooser_;
  Session session_;
  std::vector<Tensor> inputs_;
};

}  // namespace

Status settle_inside(const std::shared_ptr<Plan>& plan, const std::vector<LoweredStep>& layers,
                     Chooser& chooser) {
  for (const Step& step : plan->steps)  // the session's scratch serves every candidate
    for (const Candidate& c : step.candidates)
      plan->scratch_bytes = std::max(plan->scratch_bytes, scratch_in_place(step, c));
  if (double(plan->scratch_bytes) + double(plan->arena_bytes) > double(available_memory()))
    return {};  // what was measured alone stands
  Session session = DLIS_TRY(Session::open(plan));
  Contest contest(plan, layers, chooser, std::move(session));
  DLIS_TRY(contest.settle_splits());
  DLIS_TRY(contest.settle_ties());
  return contest.compare_with_single_rows();
}

Result<double> compare_in_turns(std::shared_ptr<const Plan> plan,
                                std::shared_ptr<const Plan> other) {
  const std::vector<Tensor> inputs = random_inputs(plan->graph);
  Session ours = DLIS_TRY(Session::open(plan));
  Session theirs = DLIS_TRY(Session::open(std::move(other)));
  std::vector<double> ratios;
  const double start = now_ms();
  for (int round = 0; goes_on(round, start); ++round) {
    DLIS_TRY(check_going_on(plan->options));
    const double first = DLIS_TRY(timed(ours, inputs));
    ratios.push_back(DLIS_TRY(timed(theirs, inputs)) / first);
  }
  return median(std::move(ratios));
}

Status Fastest::challenge(std::shared_ptr<Plan> rival, const std::string& its_name) {
  if (plan) {
    const double ratio = DLIS_TRY(compare_in_turns(plan, rival));
    rivals.push_back({its_name, ratio, true, uses});
    if (ratio >= kNoise) return {};
    rivals.back() = {std::exchange(name, its_name), 1, true, uses};
    for (RivalPlan& known : rivals) known.ratio /= ratio;
  }
  plan = std::move(rival);
  return {};
}

std::shared_ptr<Plan> Fastest::with_rivals() const {
  plan->rivals.insert(plan->rivals.end(), rivals.begin(), rivals.end());
  return plan;
}

}  // namespace dlis
