// Which devices a plan may use: `cpu`, `opencl`, or a chain of both, `cpu+opencl`.
#pragma once
#include "dlis/runtime/plan.h"

namespace dlis {

// The chain in its one form: each device once, by name, the processor first. Errors: an unknown
// device, one named twice, one that is not here, another than the first of its kind.
Result<std::string> settled_devices(const std::string& text);

bool is_chain(const std::string& devices);
bool is_among(const std::string& devices, std::string_view device);
// The one of the chain that has a queue; empty: none has.
std::string queue_device(const std::string& devices);

// Moves each operator of a chain's plan to the side that writes its first input, where it has a row
// there: what follows a layer need not change sides.
Status follow_producers(Plan& plan);

// Gives an operator the row of the device where that has one that accepts; else it keeps the
// processor's and says why.
void place_operator(Step& step, const std::string& device);
// Schedule, packed parameters and bytes for the row that it has.
Status settle_operator(Step& step, const ScheduleSpec& schedule, const Graph& graph);

}  // namespace dlis
