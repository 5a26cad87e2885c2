// Puts the machine's name together from what the topology and the ISA say.
#include "dlis/hardware/machine.h"

#include <fmt/format.h>

#include "dlis/hardware/isa.h"
#include "dlis/hardware/topology.h"

namespace dlis {

std::string machine_text() {
  const Topology& machine = host_topology();
  return fmt::format("{}, {} CPUs, {}", machine.model, machine.usable_cpus(), name_of(host_isa()));
}

}  // namespace dlis
