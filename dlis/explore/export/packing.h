// The plans of an export: which one network.dlis is packed for, and which one computes the outputs
// to expect.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "dlis/explore/record.h"
#include "dlis/explore/stack.h"
#include "dlis/runtime/plan.h"

namespace dlis {

using PlanPointer = std::shared_ptr<const Plan>;

// What network.dlis is packed for: `saved`, a plan's file, or where it is empty the plan that was
// measured, as far as this machine has its instruction set, else one for the format and the
// algorithm that the stack names; null where it names none: the weights are canonical. A note says
// what is not as it was measured. Errors: those of the file and of make_plan().
Result<PlanPointer> plan_to_pack(const Graph& graph, const Stack& stack, const Record& record,
                                 const std::filesystem::path& saved,
                                 std::vector<std::string>& notes);

// What computes here the outputs to expect elsewhere: canonical weights as a device plans them, or
// (`is_packed`) weights in the format that another machine's file has them in.
Result<PlanPointer> plan_to_expect(const Graph& graph, const Stack& stack, bool is_packed);

// Whether no layer's format rounds its weights; those that the network has in bytes are bytes
// already.
bool holds_exactly(const Plan& plan);

// How far an output may be from what another instruction set or another row computes, as a share of
// the largest: 1e-4, as for other engines, where all layers compute in f32, and kRoundedTolerance
// where values between layers are rounded (docs/numerics.md).
inline constexpr double kRoundedTolerance = 0.02;
double output_tolerance(const Plan& plan);

}  // namespace dlis
