// The row `cpu`: the machine itself, always there.
#include <fmt/format.h>

#include "dlis/hardware/device.h"
#include "dlis/hardware/isa.h"
#include "dlis/hardware/topology.h"

namespace dlis {
namespace {

Verdict available() { return accept(); }

std::string describe() {
  return fmt::format("{}, {}", text_of(host_topology()), name_of(host_isa()));
}

}  // namespace

extern constinit const Device cpu_row{
    .name = "cpu",
    .summary = "the processor: one worker a core, vector instructions of the best set that it has",
    .available = available,
    .describe = describe,
};

}  // namespace dlis
