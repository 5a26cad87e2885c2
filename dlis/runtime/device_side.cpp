#include "dlis/runtime/device_side.h"

#include <algorithm>

#include "dlis/runtime/layer_timer.h"

namespace dlis {
namespace {

bool is_at_page(const std::byte* address) {
  return reinterpret_cast<std::uintptr_t>(address) % kDevicePage == 0;
}

Result<std::shared_ptr<DeviceMemory>> uploaded(const Offload& device, const std::byte* bytes,
                                               std::size_t count) {
  if (device.sharing() != Sharing::none && is_at_page(bytes))
    return device.allocate(count, const_cast<std::byte*>(bytes));
  auto memory = DLIS_TRY(device.allocate(count, nullptr));
  const auto queue = DLIS_TRY(device.open_queue());
  DLIS_TRY(device.to_device(*queue, *memory, bytes, {0, count}));
  return memory;
}

const Offload* offload_of(const Plan& plan) {
  for (const Step& step : plan.steps)
    if (step.is_enqueued()) return find_device(step.device())->offload;
  return nullptr;
}

}  // namespace

Result<std::shared_ptr<DeviceMemory>> packed_on_device(std::string_view device,
                                                       const Buffer& packed) {
  const Device* row = find_device(device);
  if (!row || !row->offload || packed.size() == 0) return std::shared_ptr<DeviceMemory>();
  return uploaded(*row->offload, packed.data(), packed.size());
}

std::vector<ByteRows> byte_rows(const TensorDesc& desc, std::size_t offset) {
  struct Axis {
    std::size_t extent, stride;  // bytes
  };
  std::vector<Axis> axes;
  for (int axis = 0; axis < desc.shape.rank(); ++axis) {
    if (desc.shape[axis] == 0) return {};
    if (desc.shape[axis] > 1)
      axes.push_back(
          {std::size_t(desc.shape[axis]), std::size_t(desc.strides[axis]) * size_of(desc.type)});
  }
  std::ranges::sort(axes, {}, &Axis::stride);
  ByteRows rows{offset, size_of(desc.type)};
  std::size_t at = 0;
  for (; at < axes.size() && axes[at].stride == rows.bytes; ++at) rows.bytes *= axes[at].extent;
  if (at < axes.size()) rows.count = axes[at].extent, rows.pitch = axes[at].stride, ++at;
  for (; at < axes.size() && axes[at].stride == rows.pitch * rows.count; ++at)
    rows.count *= axes[at].extent;
  std::vector<ByteRows> all{rows};
  for (; at < axes.size(); ++at) {
    const std::size_t known = all.size();
    for (std::size_t i = 1; i < axes[at].extent; ++i)
      for (std::size_t j = 0; j < known; ++j) {
        all.push_back(all[j]);
        all.back().offset += i * axes[at].stride;
      }
  }
  return all;
}

Result<std::unique_ptr<DeviceSide>> DeviceSide::open(const Plan& plan, std::byte* arena) {
  const Offload* device = offload_of(plan);
  if (!device) return std::unique_ptr<DeviceSide>();
  std::unique_ptr<DeviceSide> side(new DeviceSide(plan, arena));
  side->device_ = device;
  side->in_place_ = device->sharing() != Sharing::none;
  DLIS_TRY(side->allocate());
  DLIS_TRY(side->bind());
  return side;
}

Status DeviceSide::allocate() {
  queue_ = DLIS_TRY(device_->open_queue());
  memory_ =
      DLIS_TRY(device_->allocate(plan_.arena_bytes + kReadSlack, in_place_ ? arena_ : nullptr));
  scratch_ = DLIS_TRY(device_->allocate(plan_.scratch_bytes, nullptr));
  return {};
}

DeviceSide::Region DeviceSide::region_of(ValueId id, const TensorDesc& desc,
                                         std::size_t more) const {
  const Placement& place = plan_.placements[std::size_t(id)];
  const Placement& root = plan_.placements[std::size_t(place.root)];
  return {place.root, desc, root.arena_offset + std::size_t(place.offset) + more};
}

Result<DeviceView> DeviceSide::view_of(ValueId id, const TensorDesc& desc, std::size_t more) {
  if (id == kNoValue) return DeviceView{nullptr, 0, desc.type, desc.shape, desc.strides};
  const Tensor& constant = plan_.graph.value(id).constant;
  if (!constant.has_value()) {
    const Region region = region_of(id, desc, more);
    return DeviceView{memory_.get(), region.offset, desc.type, desc.shape, desc.strides};
  }
  auto& memory = constants_[id];
  if (!memory) memory = DLIS_TRY(uploaded(*device_, constant.data(), constant.bytes()));
  return DeviceView{memory.get(), 0, desc.type, desc.shape, desc.strides};
}

Result<DeviceSide::Moment> DeviceSide::moment_of(const Step& step) {
  Moment moment;
  moment.on_host = !step.is_enqueued();
  const auto lies_here = [&](ValueId id) {
    return id != kNoValue && plan_.placements[std::size_t(id)].root != kNoValue;
  };
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    if (lies_here(step.inputs[i]))
      moment.reads.push_back(region_of(step.inputs[i], step.reads[i], 0));
    if (!moment.on_host)
      moment.inputs.push_back(DLIS_TRY(view_of(step.inputs[i], step.reads[i], 0)));
  }
  const auto more = std::size_t(step.write_offset);
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    if (lies_here(step.outputs[i]))
      moment.writes.push_back(region_of(step.outputs[i], step.writes[i], more));
    if (!moment.on_host)
      moment.outputs.push_back(DLIS_TRY(view_of(step.outputs[i], step.writes[i], more)));
  }
  return moment;
}

DeviceSide::Moment DeviceSide::border(const std::vector<ValueId>& values, bool writes) const {
  Moment moment;
  for (ValueId id : values) {
    const Placement& place = plan_.placements[std::size_t(id)];
    if (place.root == kNoValue) continue;
    const Value& value = plan_.graph.value(id);
    (writes ? moment.writes : moment.reads)
        .push_back(region_of(id, {value.type, *value.shape, place.strides, {}}, 0));
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
  struct Write {
    Region region;
    bool on_host, on_device;
  };
  std::map<ValueId, std::vector<Write>> written;
  for (Moment& moment : moments_) {
    for (const Region& read : moment.reads)
      for (Write& write : written[read.root]) {
        bool& valid = moment.on_host ? write.on_host : write.on_device;
        if (valid) continue;
        for (const ByteRows& rows : byte_rows(write.region.desc, write.region.offset))
          moment.copies.push_back(rows);
        valid = true;
      }
    for (const Region& write : moment.writes) {
      auto& known = written[write.root];
      std::erase_if(known, [&](const Write& w) {  // over the same place
        return w.region.offset == write.offset && w.region.desc.shape == write.desc.shape &&
               w.region.desc.strides == write.desc.strides;
      });
      known.push_back({write, moment.on_host, !moment.on_host});
    }
  }
}

// The bytes that each run of host moments works on.
void DeviceSide::plan_runs() {
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    const bool begins = moments_[i].on_host && (i == 0 || !moments_[i - 1].on_host);
    if (!begins) continue;
    std::size_t begin = plan_.arena_bytes, end = 0;
    for (std::size_t j = i; j < moments_.size() && moments_[j].on_host; ++j)
      for (const auto* regions : {&moments_[j].reads, &moments_[j].writes})
        for (const Region& r : *regions) {
          begin = std::min(begin, r.offset);
          end = std::max(end, r.offset + extent_of(r.desc));
        }
    if (begin < end) moments_[i].begin = begin, moments_[i].end = end;
  }
}

Status DeviceSide::enter(std::size_t at) {
  const Moment& moment = moments_[at];
  if (in_place_) {
    if (!moment.on_host || at == 0 || moment.begin < moment.end)
      DLIS_TRY(device_->unmap(*queue_, *memory_));
    if (moment.begin < moment.end)
      return device_->map(*queue_, *memory_, moment.begin, moment.end - moment.begin);
    return {};
  }
  for (const ByteRows& rows : moment.copies)
    DLIS_TRY(moment.on_host ? device_->to_host(*queue_, *memory_, arena_, rows)
                            : device_->to_device(*queue_, *memory_, arena_, rows));
  return {};
}

Status DeviceSide::leave() { return in_place_ ? device_->unmap(*queue_, *memory_) : Status(); }

Status DeviceSide::enqueue(std::size_t index) {
  const Step& step = plan_.steps[index];
  const Moment& moment = moments_[index + 1];
  const DeviceCall call{
      *queue_,       moment.inputs, moment.outputs, step.on_device.get(), step.packed.data(),
      scratch_.get()};
  return step.conv_row ? step.conv_row->enqueue(step.conv, call)
                       : step.op_row->enqueue(step.other, call);
}

Status DeviceSide::finish() { return device_->finish(*queue_); }

Status DeviceSide::show(std::size_t at) {
  if (in_place_) {
    DLIS_TRY(device_->unmap(*queue_, *memory_));
    return device_->map(*queue_, *memory_, 0, plan_.arena_bytes);
  }
  for (const Region& write : moments_[at].writes)
    for (const ByteRows& rows : byte_rows(write.desc, write.offset))
      DLIS_TRY(device_->to_host(*queue_, *memory_, arena_, rows));
  return {};
}

}  // namespace dlis
