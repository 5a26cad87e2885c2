// Which dlis this is.
#pragma once
#include <string>

namespace dlis {

std::string version();  // "0.1.0"

// What a time depends on: a hash over the library's code and its compiler. Equal for two commits
// that differ in texts or tests only, another for each state of a changed tree.
std::string build();

// Version, the commit where the build knew it, and the build: "0.1.0-3f2a91c+977696345ce4".
std::string commit();

// Compiler, instruction sets and optional libraries of this build, a line each.
std::string build_options();

}  // namespace dlis
