// What a record says of each thing that was made or measured.
#pragma once
#include "dlis/data/dataset.h"
#include "dlis/explore/accuracy.h"
#include "dlis/explore/load.h"
#include "dlis/explore/record.h"
#include "dlis/explore/stack.h"
#include "dlis/hardware/machine.h"
#include "dlis/runtime/measure.h"
#include "dlis/runtime/plan.h"

namespace dlis {

// Each sets the fields that follow from what it is given, and leaves the rest.
void describe(const Stack& stack, Record& record);
void describe(const Stack& stack, const ModelOptions& options,
              Record& record);  // and machine, commit
void describe(const Graph& graph, Record& record);
void describe(const Plan& plan, Record& record);
void describe(const Timing& timing, Record& record);
void describe(const Accuracy& accuracy, const Dataset& data, Record& record);

bool is_compressed(const Stack& stack);  // its chain is not `none` alone

}  // namespace dlis
