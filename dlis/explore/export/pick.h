// The record that is meant, out of a store.
#pragma once
#include <span>
#include <string>

#include "dlis/explore/report/evidence.h"
#include "dlis/explore/store.h"

namespace dlis {

// `id` is a record's number, as reports show it (its place in the store, from 1), a
// stack, or a stack without its network, of which the latest record counts; empty: what the
// exploration's `answer` ships, or without constraints `advice`. Errors: there is none, or several;
// it was refused, or has no time; no stack keeps the constraints.
Result<Entry> pick_record(std::span<const Record> store, const std::string& id,
                          const KeptAnswer& answer = {});

}  // namespace dlis
