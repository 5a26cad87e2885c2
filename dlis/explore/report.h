// What an exploration found, for people: the table of stacks, how formats compare, one sentence of
// advice. Everything is derived from the records alone.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "dlis/explore/record.h"

namespace dlis {

// Of records that answer the same question (stack, batch, seed, images, machine) the last one: what
// another build or a shorter measurement found before stays in the store and out of the tables.
std::vector<Record> latest_of(std::span<const Record> records);
std::vector<std::size_t> latest_places(std::span<const Record> records);  // where they stand

// One sentence where the records come from several versions of dlis, whose times do not stand
// beside each other; otherwise empty.
std::string mixture_of(std::span<const Record> records);

// One line a stack, by model (in order of appearance), fastest first; `*` marks the Pareto front
// over (top1, median_ms, peak_bytes) of all records, `#` is the record's number: its place of
// `places` (empty: of `records`), from 1; refused stacks stand last with their reason. The density
// (non-zero weights) is a column where the records differ in it.
std::string table_of(std::span<const Record> records, std::span<const std::size_t> places = {});

// How many times as fast as `dense` each other format is at the same model, technique and threads
// (fastest stack against fastest stack), and from which share of zeros on it is faster. Empty where
// there is nothing to compare.
std::string formats_table(std::span<const Record> records);

// The record that `advice` ships: the fastest within 1 point of the best top-1; without labels the
// fastest of those that agree with the uncompressed network, or of all. Null: nothing was measured.
const Record* shipped(std::span<const Record* const> records);

// One sentence: the stack to ship, what it gains against the most accurate one, what it costs, why.
std::string advice(std::span<const Record> records);

// All of it as text, of the latest record of each stack: both tables, `answer` (empty: the advice),
// the mixture.
std::string report_text(std::span<const Record> records, const std::string& answer = {});

// Where a record's stack ran: `cpu:2`, `opencl`.
std::string device_of(const Record& record);

}  // namespace dlis
