// Runs the steps of a plan on a pool, in an arena of its own.
#include "dlis/runtime/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <new>
#include <thread>
#include <tuple>

#include "dlis/base/clock.h"
#include "dlis/runtime/device_side.h"
#include "dlis/runtime/lower.h"
#include "dlis/runtime/split.h"

namespace dlis {
namespace {

TensorDesc row_major_desc(const Value& value) {
  return {value.type, *value.shape, row_major_strides(*value.shape)};
}

template <class P>
std::vector<std::int64_t> tiles_of(const Row<P>& row, const P& problem) {
  std::vector<std::int64_t> tiles;
  for (int phase = 0; phase < row.phases(problem); ++phase)
    tiles.push_back(row.tiles(problem, phase));
  return tiles;
}

std::vector<std::int64_t> tiles_of(const Step& step) {
  if (step.is_enqueued()) return {};
  return step.conv_row ? tiles_of(*step.conv_row, step.own_part())
                       : tiles_of(*step.op_row, step.other);
}

// A step with its views bound to memory; `tiles` holds the tiles of each phase.
struct BoundStep {
  const Step* step;
  std::vector<ConstView> reads;
  std::vector<View> writes;
  std::vector<std::int64_t> tiles;
};

// A copy between a caller's tensor and the arena.
struct Transfer {
  Step step;
  std::vector<std::int64_t> tiles;
};

template <class P>
void run_row(const Row<P>& row, const P& problem, const Call& call, const Step& step,
             std::span<const std::int64_t> tiles, Pool& pool) {
  for (std::size_t phase = 0; phase < tiles.size(); ++phase)
    pool.run(
        tiles[phase], step.schedule,
        [&](Range range, Worker worker) { row.run(problem, call, int(phase), range, worker); },
        step.workers);
}

}  // namespace

struct Session::State {
  std::shared_ptr<const Plan> plan;
  Buffer arena, scratch;
  Pool pool;
  std::vector<Transfer> copies_in, copies_out;
  std::vector<BoundStep> steps;
  std::unique_ptr<DeviceSide> device;  // null: all steps run here

  explicit State(std::shared_ptr<const Plan> p)
      : plan(std::move(p)),
        arena(plan->arena_bytes, kDevicePage),
        scratch(plan->scratch_bytes),
        pool(plan->options.threads) {}

  const Value& value(ValueId id) const { return plan->graph.value(id); }

  TensorDesc desc(ValueId id) const {
    if (value(id).constant.has_value()) return row_major_desc(value(id));
    return {value(id).type, *value(id).shape, plan->placements[std::size_t(id)].strides};
  }

  // The address of a value; constants are only read.
  std::byte* address(ValueId id) {
    if (value(id).constant.has_value()) return const_cast<std::byte*>(value(id).constant.data());
    const Placement& place = plan->placements[std::size_t(id)];
    if (place.root == kNoValue) return nullptr;
    return arena.data() + plan->placements[std::size_t(place.root)].arena_offset + place.offset;
  }

  Status bind() {
    for (const Step& step : plan->steps) steps.push_back(bound_to_memory(step));
    for (ValueId id : plan->graph.inputs)
      DLIS_TRY(add_copy(copies_in, id, row_major_desc(value(id)), desc(id)));
    for (ValueId id : plan->graph.outputs)
      DLIS_TRY(add_copy(copies_out, id, desc(id), row_major_desc(value(id))));
    device = DLIS_TRY(DeviceSide::open(*plan, arena.data()));
    return {};
  }

  BoundStep bound_to_memory(const Step& step) {
    BoundStep bound{&step, {}, {}, tiles_of(step)};
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      const TensorDesc& d = step.reads[i];
      const bool absent = step.inputs[i] == kNoValue;
      bound.reads.push_back(
          {absent ? nullptr : address(step.inputs[i]), d.type, d.shape, d.strides});
    }
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      const TensorDesc& d = step.writes[i];
      const bool absent = step.outputs[i] == kNoValue;
      bound.writes.push_back({absent ? nullptr : address(step.outputs[i]) + step.write_offset,
                              d.type, d.shape, d.strides});
    }
    if (step.split.row) keep_own_part(bound);
    return bound;
  }

  // Of a split layer's views.
  static void keep_own_part(BoundStep& bound) {
    for (ConstView& read : bound.reads)
      read = part_of(bound.step->split, false, read, &read == bound.reads.data());
    bound.writes[0] = part_of(bound.step->split, false, bound.writes[0], false);
  }

  Status rebind() {
    for (BoundStep& bound : steps) bound = bound_to_memory(*bound.step);
    if (device) return device->bind();
    device = DLIS_TRY(DeviceSide::open(*plan, arena.data()));
    return {};
  }

  Status add_copy(std::vector<Transfer>& copies, ValueId id, const TensorDesc& from,
                  const TensorDesc& to) {
    Step step = DLIS_TRY(copy_step(value(id).name, from, to, plan->options.threads));
    step.schedule = *parse_schedule("static");
    step.packed = Buffer(step.op_row->packed_bytes(step.other, nullptr));
    step.op_row->pack(step.other, nullptr, nullptr, step.packed.data());
    step.scratch_bytes = step.op_row->scratch_bytes(step.other);
    if (step.scratch_bytes > scratch.size()) scratch = Buffer(step.scratch_bytes);
    std::vector<std::int64_t> tiles = tiles_of(step);
    copies.push_back({std::move(step), std::move(tiles)});
    return {};
  }

  void copy(const Transfer& transfer, const std::byte* from, std::byte* to) {
    const Step& step = transfer.step;
    const TensorDesc &r = step.reads[0], &w = step.writes[0];
    const ConstView read{from, r.type, r.shape, r.strides};
    const View write{to, w.type, w.shape, w.strides};
    const Call call{std::span(&read, 1), std::span(&write, 1), step.packed.data(), scratch.data()};
    run_row(*step.op_row, step.other, call, step, transfer.tiles, pool);
  }

  // Step i; one of a device may still be at work afterwards.
  Status execute(std::size_t i) {
    const BoundStep& bound = steps[i];
    const Step& step = *bound.step;
    if (device) DLIS_TRY(device->enter(i + 1));
    if (step.is_enqueued()) return device->enqueue(i);
    if (step.split.row) DLIS_TRY(device->enqueue(i));  // both are at work from here on
    const Call call{bound.reads, bound.writes, step.packed.data(), scratch.data()};
    if (step.conv_row) {
      run_row(*step.conv_row, step.own_part(), call, step, bound.tiles, pool);
    } else {
      run_row(*step.op_row, step.other, call, step, bound.tiles, pool);
    }
    return step.split.row ? device->finish() : Status();
  }

  bool is_on_device(std::size_t i) const {
    return steps[i].step->is_enqueued() || steps[i].step->split.row;
  }

  Status execute_all() {
    for (std::size_t i = 0; i < steps.size(); ++i) DLIS_TRY(execute(i));
    if (device) DLIS_TRY(device->finish());
    return device ? device->leave() : Status();
  }

  Status check_inputs(std::span<const Tensor> inputs) const {
    const auto& ids = plan->graph.inputs;
    if (inputs.size() != ids.size())
      return fail(
          fmt::format("the network has {} inputs, {} were given", ids.size(), inputs.size()));
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Value& want = value(ids[i]);
      if (inputs[i].type() == want.type && inputs[i].shape() == *want.shape) continue;
      return fail(
          fmt::format("the input is {} {}, the network wants {} {}", name_of(inputs[i].type()),
                      inputs[i].shape().text(), name_of(want.type), want.shape->text()),
          want.name);
    }
    return {};
  }

  Status copy_inputs(std::span<const Tensor> inputs) {
    if (device) DLIS_TRY(device->enter(0));
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (std::byte* to = address(plan->graph.inputs[i])) copy(copies_in[i], inputs[i].data(), to);
    return {};
  }

  Result<std::vector<Tensor>> copy_outputs() {
    if (device) DLIS_TRY(device->enter(steps.size() + 1));
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < copies_out.size(); ++i) {
      const ValueId id = plan->graph.outputs[i];
      outputs.emplace_back(value(id).type, *value(id).shape);
      copy(copies_out[i], address(id), outputs.back().edit_data());
    }
    if (device) DLIS_TRY(device->leave());
    return outputs;
  }

  // The values that are whole once step i has run, at i + 1; those that lie in the inputs at 0. The
  // inputs of a Concat are copied by a step each or written in place, a Reshape or Slice shares
  // memory: a value is whole after the last step that writes it or what it was made of.
  std::vector<std::vector<ValueId>> completed() const {
    std::vector<std::size_t> whole(plan->graph.values.size(), 0);
    for (std::size_t i = 0; i < steps.size(); ++i)
      for (ValueId id : steps[i].step->outputs)
        if (id != kNoValue) whole[std::size_t(id)] = i + 1;
    std::vector<std::vector<ValueId>> out(steps.size() + 1);
    for (const Node& node : plan->graph.nodes)
      for (ValueId id : node.outputs) {
        if (id == kNoValue || plan->placements[std::size_t(id)].root == kNoValue) continue;
        std::size_t& at = whole[std::size_t(id)];
        for (ValueId input : node.inputs)
          if (input != kNoValue) at = std::max(at, whole[std::size_t(input)]);
        out[at].push_back(id);
      }
    return out;
  }

  bool is_written(ValueId id) const {
    return std::ranges::any_of(steps, [&](const BoundStep& bound) {
      return std::ranges::find(bound.step->outputs, id) != bound.step->outputs.end();
    });
  }

  // What an unwritten value with as many elements was made of: a flattened image may lie in another
  // order than its axes say, where only dense layers with permuted weights read it.
  ValueId origin(ValueId id) const {
    if (is_written(id)) return id;
    for (const Node& node : plan->graph.nodes)
      if (node.outputs.size() == 1 && node.outputs[0] == id && !node.inputs.empty() &&
          value(node.inputs[0]).shape->elements() == value(id).shape->elements())
        return origin(node.inputs[0]);
    return id;
  }

  // A value in the order of its logical axes.
  Tensor snapshot(ValueId id) {
    const ValueId from = origin(id);
    const TensorDesc d = desc(from);
    Tensor out(d.type, *value(id).shape);
    const View rows{out.edit_data(), d.type, d.shape, row_major_strides(d.shape)};
    copy_elements({address(from), d.type, d.shape, d.strides}, rows);
    return out;
  }
};

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;
const Plan& Session::plan() const { return *state_->plan; }

Status Session::rebind() { return state_->rebind(); }

Result<Session> Session::open(std::shared_ptr<const Plan> plan) {
  const std::string network = plan->graph.name;
  if (plan->options.isa != host_isa())
    return fail(fmt::format("its plan is laid out for {}, this machine runs {}",
                            name_of(plan->options.isa), name_of(host_isa())),
                network, "plan the network for this machine");
  try {
    auto state = std::make_unique<State>(std::move(plan));
    DLIS_TRY(state->bind());
    return Session(std::move(state));
  } catch (const std::bad_alloc&) {
    return fail("there is not enough memory for its values", network,
                "take a smaller batch or input");
  }
}

Result<std::vector<Tensor>> Session::run(std::span<const Tensor> inputs) {
  DLIS_TRY(state_->check_inputs(inputs));
  DLIS_TRY(state_->copy_inputs(inputs));
  for (std::size_t i = 0; i < state_->steps.size(); ++i) DLIS_TRY(state_->execute(i));
  return state_->copy_outputs();
}

Status Session::run(std::span<const std::byte* const> inputs, std::span<std::byte* const> outputs) {
  State& s = *state_;
  const Graph& graph = s.plan->graph;
  DLIS_ASSERT(inputs.size() == graph.inputs.size() && outputs.size() == graph.outputs.size());
  if (s.device) DLIS_TRY(s.device->enter(0));
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (std::byte* to = s.address(graph.inputs[i])) s.copy(s.copies_in[i], inputs[i], to);
  for (std::size_t i = 0; i < s.steps.size(); ++i) DLIS_TRY(s.execute(i));
  if (s.device) DLIS_TRY(s.device->enter(s.steps.size() + 1));
  for (std::size_t i = 0; i < outputs.size(); ++i)
    s.copy(s.copies_out[i], s.address(graph.outputs[i]), outputs[i]);
  return s.device ? s.device->leave() : Status();
}

Result<std::vector<Tensor>> Session::observe(std::span<const Tensor> inputs, const See& see) {
  DLIS_TRY(state_->check_inputs(inputs));
  DLIS_TRY(state_->copy_inputs(inputs));
  const auto completed = state_->completed();
  for (std::size_t i = 0; i < completed.size(); ++i) {
    if (i > 0) DLIS_TRY(state_->execute(i - 1));
    if (i > 0 && state_->is_on_device(i - 1)) DLIS_TRY(state_->device->show(i));
    for (ValueId id : completed[i]) see(state_->value(id), state_->snapshot(id));
  }
  return state_->copy_outputs();
}

Result<std::vector<double>> Session::profile(std::span<const Tensor> inputs) {
  DLIS_TRY(state_->check_inputs(inputs));
  DLIS_TRY(state_->copy_inputs(inputs));
  std::vector<double> times;
  for (std::size_t i = 0; i < state_->steps.size(); ++i) {
    const double start = now_ms();
    DLIS_TRY(state_->execute(i));
    if (state_->device) DLIS_TRY(state_->device->finish());
    times.push_back(now_ms() - start);
  }
  if (state_->device) DLIS_TRY(state_->device->leave());
  return times;
}

namespace {

// Every thread of a pool keeps what it ran.
struct RangeRuns {
  std::vector<std::vector<RangeRun>> of_thread;
  PoolWatch watch{add, this};

  explicit RangeRuns(int threads) : of_thread(std::size_t(threads)) {}
  static void add(void* to, const RangeRun& run) {
    static_cast<RangeRuns*>(to)->of_thread[std::size_t(run.thread)].push_back(run);
  }
};

// Drivers tell in threads of their own, a moment after the queue is done. One that failed may never
// tell, or long after: false, and then `runs` has to stay.
bool await_stamps(const std::deque<DeviceSide::Run>& runs) {
  constexpr int kMostMilliseconds = 1000;
  const auto told = [](const DeviceSide::Run& run) { return run.begin_ns > 0 && run.end_ns > 0; };
  for (int waited = 0; waited < kMostMilliseconds; ++waited) {
    if (std::ranges::all_of(runs, told)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace

Result<std::vector<TileRun>> Session::trace(std::span<const Tensor> inputs) {
  DLIS_TRY(state_->check_inputs(inputs));
  DLIS_TRY(state_->copy_inputs(inputs));
  RangeRuns runs(state_->pool.workers());
  std::vector<std::pair<int, int>> places;  // step and phase, by the pool's run
  for (std::size_t i = 0; i < state_->steps.size(); ++i)
    for (std::size_t phase = 0; phase < state_->steps[i].tiles.size(); ++phase)
      places.emplace_back(int(i), int(phase));
  auto device_runs = std::make_unique<std::deque<DeviceSide::Run>>();
  state_->pool.watch(&runs.watch);
  if (state_->device) state_->device->watch(device_runs.get());
  Status ran_all = state_->execute_all();
  state_->pool.watch(nullptr);
  if (state_->device) state_->device->watch(nullptr);
  const bool told = await_stamps(*device_runs);
  if (!told) static_cast<void>(device_runs.release());  // the driver may still write there
  DLIS_TRY(ran_all);
  if (!told) return fail("the device does not say when it was at work", plan().graph.name);
  std::vector<TileRun> out;
  for (const auto& ran : runs.of_thread)
    for (const RangeRun& run : ran) {
      const auto [step, phase] = places[std::size_t(run.run)];
      out.push_back({step, phase, run.worker, run.thread, run.range, 1e-6 * double(run.begin_ns),
                     1e-6 * double(run.end_ns)});
    }
  for (const DeviceSide::Run& run : *device_runs)
    out.push_back({run.step,
                   0,
                   kDeviceThread,
                   kDeviceThread,
                   {0, 1},
                   1e-6 * double(run.begin_ns),
                   1e-6 * double(run.end_ns)});
  std::ranges::sort(
      out, {}, [](const TileRun& run) { return std::tuple(run.step, run.phase, run.range.begin); });
  return out;
}

}  // namespace dlis
