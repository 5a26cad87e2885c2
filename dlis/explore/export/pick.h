// The record that is meant, out of a store.
#pragma once
#include <span>
#include <string>

#include "dlis/explore/report/evidence.h"

namespace dlis {

// `id` is a record's number, as the report's page shows it (its place in the store, from 1), a
// stack, or a stack without its network, of which the latest record counts; empty: the stack that
// `advice` ships. Errors: there is none, or several; it was refused, or has no time.
Result<Entry> pick_record(std::span<const Record> store, const std::string& id);

}  // namespace dlis
