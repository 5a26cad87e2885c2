// The part of a session that lies on a device: its arena, and what changes sides between steps.
#pragma once
#include <atomic>
#include <deque>
#include <map>

#include "dlis/hardware/device.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// Packed weights where the row's device sees them, in place where memory is shared (then `packed`
// has to stay); null for the processor's rows.
Result<std::shared_ptr<DeviceMemory>> packed_on_device(std::string_view device,
                                                       const Buffer& packed);

// Moment 0 is the copying of inputs into the arena, moment i + 1 is step i, and after the last step
// outputs are copied. Each moment belongs to the host, to the device or, where a layer is split, to
// both. Where memory is shared, the host's arena is the device's, and a run of host moments has it
// to itself (mapped). Elsewhere both have an arena of one layout, and what is valid on one side
// only is copied in front of the first moment of the other side that reads it; all of that is
// decided in `bind`.
class DeviceSide {
 public:
  // Null where all steps run on the host. `arena` is the host's; the plan's scratch is large enough
  // for each row that the steps may be given. Errors: what the driver says.
  static Result<std::unique_ptr<DeviceSide>> open(const Plan& plan, std::byte* arena);

  ~DeviceSide();  // waits: its commands work in the arena

  // The rows that the plan's steps have now.
  Status bind();

  // Before each moment, in order; the host may then read and write the values of its part.
  Status enter(std::size_t moment);
  Status leave();  // after the last
  // Gives step i, or the device's part of it, to the device; with a part it begins at once.
  Status enqueue(std::size_t step);
  Status finish();

  // When the device was at work on a step.
  struct Run {
    int step = 0;
    std::atomic<std::int64_t> begin_ns{0}, end_ns{0};
  };
  // Between runs: `enqueue` adds one for each step; null: not any more.
  void watch(std::deque<Run>* runs) { runs_ = runs; }
  // After a moment of the device: what it wrote can be read on the host, until the next `enter`.
  Status show(std::size_t moment);

 private:
  struct Region {  // of the arena
    ValueId root;
    DeviceView view;
  };
  struct Part {  // of a moment, on one side
    std::vector<Region> reads, writes;
  };
  struct Moment {
    Part host, device;
    bool on_host = false, on_device = false;
    std::vector<Region> whole;                 // what both parts write together
    std::vector<ByteRows> to_host, to_device;  // before it
    std::size_t begin = 0, end = 0;  // of the arena, for the run of host moments from here on
    std::vector<DeviceView> inputs, outputs;
  };
  // What was written and where it is valid by now.
  struct Write {
    Region region;
    bool on_host, on_device;
  };
  using Written = std::map<ValueId, std::vector<Write>>;  // by root

  DeviceSide(const Plan& plan, std::byte* arena) : plan_(plan), arena_(arena) {}
  Status allocate();
  Region region_of(ValueId id, const TensorDesc& desc, std::size_t more) const;
  Moment border(const std::vector<ValueId>& values, bool writes) const;
  Result<Moment> moment_of(const Step& step);
  Result<DeviceView> view_of(ValueId id, const TensorDesc& desc, std::size_t more);
  void plan_copies();
  static void bring(const Part& part, bool to_host, Written& written, Moment& moment);
  void plan_runs();

  const Plan& plan_;
  std::byte* arena_;
  const Offload* device_ = nullptr;
  bool in_place_ = false;
  std::shared_ptr<DeviceQueue> queue_;
  std::shared_ptr<DeviceMemory> memory_, scratch_;
  std::map<ValueId, std::shared_ptr<DeviceMemory>> constants_;
  std::vector<Moment> moments_;
  std::deque<Run>* runs_ = nullptr;
};

}  // namespace dlis
