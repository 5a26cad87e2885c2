// Sentences that the records of an exploration bear out, each with its evidence.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "dlis/explore/report/evidence.h"

namespace dlis {

struct Guideline {
  std::string text;                  // one sentence; names of choices stand in `backquotes`
  std::vector<std::size_t> records;  // the numbers of those that it rests on
};

// A sentence is there only where the interval of what it says leaves out the contrary: a ratio of
// times is surely on one side of 1, a difference of accuracies is outside the noise of the images.
// Nothing is said across machines, builds, batches or images, and of two networks only which is
// faster at equal accuracy.
std::vector<Guideline> guidelines(std::span<const Entry> entries);

// The parts of it, of the timed records of one context; the first of one setting.
//
// Fastest against fastest of two techniques (or of two networks: a compressed network in a file of
// its own is one), of those stacks that reach the accuracy which both reach ("at equal accuracy").
std::vector<Guideline> technique_guidelines(std::span<const Entry> entries);
// From which share of zeros on a sparse format is faster than dense; or that it never is.
std::vector<Guideline> sparsity_guidelines(std::span<const Entry> entries);
// Two formats, algorithms, schedules or devices, in all pairs of stacks that differ in nothing
// else.
std::vector<Guideline> axis_guidelines(std::span<const Entry> entries);
// The smallest stack that is as accurate as the best, as far as the images tell.
std::vector<Guideline> memory_guidelines(std::span<const Entry> entries);
// The least that each technique surely lost of the uncompressed network's accuracy.
std::vector<Guideline> accuracy_guidelines(std::span<const Entry> entries);

}  // namespace dlis
