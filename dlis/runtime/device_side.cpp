#include "dlis/runtime/device_side.h"

#include <algorithm>

#include "dlis/compute/device_operands.h"
#include "dlis/runtime/byte_rows.h"
#include "dlis/runtime/split.h"

namespace dlis {
namespace {

bool is_at_page(const std::byte* address) {
  return reinterpret_cast<std::uintptr_t>(address) % kDevicePage == 0;
}

// With room behind it that kernels may read; in place, `bytes` has it already (Buffer, Tensor).
Result<std::shared_ptr<DeviceMemory>> uploaded(const Offload& device, const std::byte* bytes,
                                               std::size_t count) {
  if (device.sharing() != Sharing::none && is_at_page(bytes))
    return device.allocate(count + kReadSlack, const_cast<std::byte*>(bytes));
  auto memory = DLIS_TRY(device.allocate(count + kReadSlack, nullptr));
  const auto queue = DLIS_TRY(device.open_queue());
  DLIS_TRY(device.to_device(*queue, *memory, bytes, {0, count}));
  return memory;
}

const Offload* offload_of(const Plan& plan) {
  for (const Step& step : plan.steps) {
    if (step.is_enqueued()) return find_device(step.device())->offload;
    if (step.split.row) return find_device(step.split.row->device)->offload;
  }
  return nullptr;
}

// A split layer needs both sides to work on one value at once.
bool works_in_place(const Plan& plan, Sharing sharing) {
  const bool splits = std::ranges::any_of(plan.steps, [](auto& s) { return s.split.row; });
  return sharing == Sharing::at_once || (sharing == Sharing::in_turns && !splits);
}

}  // namespace

Result<std::shared_ptr<DeviceMemory>> packed_on_device(std::string_view device,
                                                       const Buffer& packed) {
  const Device* row = find_device(device);
  if (!row || !row->offload || packed.size() == 0) return std::shared_ptr<DeviceMemory>();
  return uploaded(*row->offload, packed.data(), packed.size());
}

Result<std::unique_ptr<DeviceSide>> DeviceSide::open(const Plan& plan, std::byte* arena) {
  const Offload* device = offload_of(plan);
  if (!device) return std::unique_ptr<DeviceSide>();
  std::unique_ptr<DeviceSide> side(new DeviceSide(plan, arena));
  side->device_ = device;
  side->in_place_ = works_in_place(plan, device->sharing());
  DLIS_TRY(side->allocate());
  DLIS_TRY(side->bind());
  return side;
}

DeviceSide::~DeviceSide() {
  if (queue_) (void)device_->finish(*queue_);
}

Status DeviceSide::allocate() {
  queue_ = DLIS_TRY(device_->open_queue());
  memory_ =
      DLIS_TRY(device_->allocate(plan_.arena_bytes + kReadSlack, in_place_ ? arena_ : nullptr));
  scratch_ = DLIS_TRY(device_->allocate(plan_.scratch_bytes + kReadSlack, nullptr));
  return {};
}

DeviceSide::Region DeviceSide::region_of(ValueId id, const TensorDesc& desc,
                                         std::size_t more) const {
  const Placement& place = plan_.placements[std::size_t(id)];
  const Placement& root = plan_.placements[std::size_t(place.root)];
  return {place.root,
          {memory_.get(), root.arena_offset + std::size_t(place.offset) + more, desc.type,
           desc.shape, desc.strides}};
}

Result<DeviceView> DeviceSide::view_of(ValueId id, const TensorDesc& desc, std::size_t more) {
  if (id == kNoValue) return DeviceView{nullptr, 0, desc.type, desc.shape, desc.strides};
  const Tensor& constant = plan_.graph.value(id).constant;
  if (!constant.has_value()) return region_of(id, desc, more).view;
  auto& memory = constants_[id];
  if (!memory) memory = DLIS_TRY(uploaded(*device_, constant.data(), constant.bytes()));
  return DeviceView{memory.get(), 0, desc.type, desc.shape, desc.strides};
}

Result<DeviceSide::Moment> DeviceSide::moment_of(const Step& step) {
  Moment moment;
  const Split& split = step.split;
  moment.on_host = !step.is_enqueued();
  moment.on_device = step.is_enqueued() || split.row;
  const auto lies_here = [&](ValueId id) {
    return id != kNoValue && plan_.placements[std::size_t(id)].root != kNoValue;
  };
  const auto add = [&](const Region& region, std::vector<Region> Part::*list, bool is_x) {
    for (bool device : {false, true}) {
      if (!(device ? moment.on_device : moment.on_host)) continue;
      Region part = region;
      if (split.row) part.view = part_of(split, device, region.view, is_x);
      ((device ? moment.device : moment.host).*list).push_back(part);
    }
  };
  const auto see = [&](ValueId id, const TensorDesc& desc, std::size_t more, bool is_x,
                       std::vector<DeviceView>& list) -> Status {
    if (!moment.on_device) return {};
    const DeviceView view = DLIS_TRY(view_of(id, desc, more));
    list.push_back(split.row ? part_of(split, true, view, is_x) : view);
    return {};
  };
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    const ValueId id = step.inputs[i];
    if (lies_here(id)) add(region_of(id, step.reads[i], 0), &Part::reads, i == 0);
    DLIS_TRY(see(id, step.reads[i], 0, i == 0, moment.inputs));
  }
  const auto more = std::size_t(step.write_offset);
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    const ValueId id = step.outputs[i];
    if (lies_here(id)) {
      moment.whole.push_back(region_of(id, step.writes[i], more));
      add(moment.whole.back(), &Part::writes, false);
    }
    DLIS_TRY(see(id, step.writes[i], more, false, moment.outputs));
  }
  return moment;
}

DeviceSide::Moment DeviceSide::border(const std::vector<ValueId>& values, bool writes) const {
  Moment moment;
  moment.on_host = true;
  for (ValueId id : values) {
    const Placement& place = plan_.placements[std::size_t(id)];
    if (place.root == kNoValue) continue;
    const Value& value = plan_.graph.value(id);
    const Region region = region_of(id, {value.type, *value.shape, place.strides, {}}, 0);
    (writes ? moment.host.writes : moment.host.reads).push_back(region);
    if (writes) moment.whole.push_back(region);
  }
  return moment;
}

Status DeviceSide::bind() {
  moments_.clear();
  moments_.push_back(border(plan_.graph.inputs, true));
  for (const Step& step : plan_.steps) moments_.push_back(DLIS_TRY(moment_of(step)));
  moments_.push_back(border(plan_.graph.outputs, false));
  if (in_place_)
    plan_runs();
  else
    plan_copies();
  return {};
}

// What was written on one side only waits until the other side reads something of the same root.
void DeviceSide::plan_copies() {
  Written written;
  const auto is_over = [](const DeviceView& a, const DeviceView& b) {
    return a.offset == b.offset && a.shape == b.shape && a.strides == b.strides;
  };
  for (Moment& moment : moments_) {
    if (moment.on_host) bring(moment.host, true, written, moment);
    if (moment.on_device) bring(moment.device, false, written, moment);
    for (const Region& whole : moment.whole)  // over what lay there, in parts or not
      std::erase_if(written[whole.root], [&](const Write& w) {
        const auto common = common_rows(whole.view, w.region.view);
        return is_over(whole.view, w.region.view) || (common && is_over(*common, w.region.view));
      });
    for (const Region& w : moment.host.writes) written[w.root].push_back({w, true, false});
    for (const Region& w : moment.device.writes) written[w.root].push_back({w, false, true});
  }
}

// Of a value's rows only those that are read; it then stays invalid as a whole.
void DeviceSide::bring(const Part& part, bool to_host, Written& written, Moment& moment) {
  auto& copies = to_host ? moment.to_host : moment.to_device;
  for (const Region& read : part.reads)
    for (Write& write : written[read.root]) {
      bool& valid = to_host ? write.on_host : write.on_device;
      if (valid) continue;
      const auto rows = common_rows(write.region.view, read.view);
      const DeviceView& view = rows ? *rows : write.region.view;
      valid = view.shape == write.region.view.shape;
      for (const ByteRows& run : byte_rows(view)) copies.push_back(run);
    }
}

// The bytes that each run of host moments works on.
void DeviceSide::plan_runs() {
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    const auto is_alone = [&](std::size_t at) {
      return moments_[at].on_host && !moments_[at].on_device;
    };
    if (!is_alone(i) || (i > 0 && is_alone(i - 1))) continue;
    std::size_t begin = plan_.arena_bytes, end = 0;
    for (std::size_t j = i; j < moments_.size() && is_alone(j); ++j)
      for (const auto* regions : {&moments_[j].host.reads, &moments_[j].host.writes})
        for (const auto& [root, view] : *regions) {
          begin = std::min(begin, view.offset);
          end = std::max(end, view.offset + extent_of(view.type, view.shape, view.strides));
        }
    if (begin < end) moments_[i].begin = begin, moments_[i].end = end;
  }
}

Status DeviceSide::enter(std::size_t at) {
  const Moment& moment = moments_[at];
  if (!in_place_) {
    for (const ByteRows& rows : moment.to_host)
      DLIS_TRY(device_->to_host(*queue_, *memory_, arena_, rows));
    for (const ByteRows& rows : moment.to_device)
      DLIS_TRY(device_->to_device(*queue_, *memory_, arena_, rows));
    return {};
  }
  const bool begins_run = moment.begin < moment.end;
  if (moment.on_device || at == 0 || begins_run) DLIS_TRY(device_->unmap(*queue_, *memory_));
  if (moment.on_device && moment.on_host) return finish();  // the host reads what came before
  return begins_run ? device_->map(*queue_, *memory_, moment.begin, moment.end - moment.begin)
                    : Status();
}

Status DeviceSide::leave() { return in_place_ ? device_->unmap(*queue_, *memory_) : Status(); }

Status DeviceSide::enqueue(std::size_t index) {
  const Step& step = plan_.steps[index];
  const Moment& moment = moments_[index + 1];
  const Split& split = step.split;
  const DeviceCall call{.queue = *queue_,
                        .inputs = moment.inputs,
                        .outputs = moment.outputs,
                        .packed = (split.row ? split.on_device : step.on_device).get(),
                        .packed_on_host = (split.row ? split.packed : step.packed).data(),
                        .scratch = scratch_.get()};
  Run* run = nullptr;
  if (runs_) {
    run = &runs_->emplace_back();
    run->step = int(index);
    DLIS_TRY(device_->stamp(*queue_, run->begin_ns));
  }
  if (split.row)
    DLIS_TRY(split.row->enqueue(split.device, call));
  else
    DLIS_TRY(step.conv_row ? step.conv_row->enqueue(step.conv, call)
                           : step.op_row->enqueue(step.other, call));
  if (run) DLIS_TRY(device_->stamp(*queue_, run->end_ns));
  return split.row ? device_->flush(*queue_) : Status();
}

Status DeviceSide::finish() { return device_->finish(*queue_); }

Status DeviceSide::show(std::size_t at) {
  if (in_place_) {
    DLIS_TRY(device_->unmap(*queue_, *memory_));
    return device_->map(*queue_, *memory_, 0, plan_.arena_bytes);
  }
  for (const auto& [root, view] : moments_[at].device.writes)
    for (const ByteRows& rows : byte_rows(view))
      DLIS_TRY(device_->to_host(*queue_, *memory_, arena_, rows));
  return {};
}

}  // namespace dlis
