// Shared libraries that are loaded when they are needed.
#pragma once
#include <filesystem>

namespace dlis {

// Where the running program lies; empty where the system does not tell.
std::filesystem::path folder_of_program();

// Whether it is this user's or root's: what others wrote is not loaded from a place nobody named.
bool is_own_file(const std::filesystem::path& file);
// Where the library lies that this code was linked into: the program, or a module that it loaded.
std::filesystem::path folder_of_code();

// The symbol of a library, which stays loaded; null: no such file or symbol, or one of the
// libraries that it needs is missing.
void* symbol_in(const std::filesystem::path& library, const char* symbol);

}  // namespace dlis
