// What a machine or a build may lack, and the one sentence that every verb says then.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlis/base/result.h"

namespace dlis {

// A line of capabilities.inc.
struct Capability {
  const char* name;       // "training"
  const char* row;        // begins the names of rows that are there with it alone; empty: none
  const char* needed_by;  // verbs and options, for people
  const char* lack;       // "training needs LibTorch, which this dlis does not have"
  const char* remedy;     // with the command that installs it
};

#define DLIS_CAPABILITY(name, ...) \
  inline constexpr Capability name##_capability{#name, __VA_ARGS__};
#include "dlis/base/capabilities.inc"
#undef DLIS_CAPABILITY

std::span<const Capability* const> capabilities();

Error lacking(const Capability& capability);

// As unknown_name() (text.h); a row that only another build has is told as what this one lacks.
Error unknown_row(std::string_view kind, std::string_view name,
                  const std::vector<std::string>& known);

}  // namespace dlis
