#include "dlis/runtime/sides.h"

#include <fmt/format.h>

#include <algorithm>

#include "dlis/base/capability.h"
#include "dlis/base/text.h"
#include "dlis/compute/device_ops.h"
#include "dlis/hardware/device.h"
#include "dlis/runtime/device_side.h"

namespace dlis {
namespace {

// The device's row: `opencl` and `opencl:0` are the same.
Result<std::string> settled_device(std::string_view text) {
  const std::string name(text.substr(0, text.find(':')));
  const Device* device = find_device(name);
  if (!device) return tl::unexpected(unknown_row("device", name, names_of(devices())));
  if (const Verdict verdict = device->available(); !verdict) return refusal(verdict.reason);
  if (text != name && text != name + ":0")
    return refusal(fmt::format("{}: only the first device of a kind is used so far", text));
  return name;
}

}  // namespace

Result<std::string> settled_devices(const std::string& text) {
  std::vector<std::string> names;
  for (std::string_view part : split(text, '+')) names.push_back(DLIS_TRY(settled_device(part)));
  std::vector<std::string> settled;
  for (const Device* device : devices()) {
    const auto times = std::ranges::count(names, std::string(device->name));
    if (times > 1) return refusal(fmt::format("{}: name each device once", text));
    if (times == 1) settled.emplace_back(device->name);
  }
  return join(settled, "+");
}

bool is_chain(const std::string& devices) { return devices.find('+') != std::string::npos; }

bool is_among(const std::string& devices, std::string_view device) {
  return std::ranges::count(split(devices, '+'), device) > 0;
}

std::string queue_device(const std::string& chain) {
  for (std::string_view name : split(chain, '+'))
    if (find_device(name)->offload) return std::string(name);
  return {};
}

void place_operator(Step& step, const std::string& device) {
  const OpRow* row = find_device_op_row(step.other.op, device);
  const Verdict verdict = row ? row->accepts(step.other)
                              : refuse(fmt::format("{} has no row for {}", device, step.other.op));
  step.why_on_host = verdict.reason;
  if (verdict) step.op_row = row;
}

Status settle_operator(Step& step, const ScheduleSpec& schedule, const Graph& graph) {
  const OpRow& row = *step.op_row;
  step.schedule = schedule;
  step.packed =
      Buffer(row.packed_bytes(step.other, nullptr), row.enqueue ? kDevicePage : kAlignment);
  row.pack(step.other, nullptr, nullptr, step.packed.data());
  step.on_device = DLIS_TRY(packed_on_device(row.device, step.packed));
  step.scratch_bytes = row.scratch_bytes(step.other);
  step.weights_bytes = step.packed.size();
  for (ValueId id : step.inputs)
    if (graph.is_constant(id)) step.weights_bytes += graph.value(id).constant.bytes();
  return {};
}

Status follow_producers(Plan& plan) {
  const std::string device = queue_device(plan.options.device);
  std::map<ValueId, bool> on_device;  // by the root of what was written last
  const auto root_of = [&](ValueId id) {
    return id == kNoValue ? kNoValue : plan.placements[std::size_t(id)].root;
  };
  for (Step& step : plan.steps) {
    const bool follows = !step.inputs.empty() && on_device[root_of(step.inputs[0])];
    if (step.op_row && follows) {
      place_operator(step, device);
      DLIS_TRY(settle_operator(step, step.schedule, plan.graph));
    }
    for (ValueId id : step.outputs)
      if (id != kNoValue) on_device[root_of(id)] = step.is_enqueued();
  }
  return {};
}

}  // namespace dlis
