// dlopen.
#include "dlis/base/library.h"

#include <dlfcn.h>

namespace dlis {

std::filesystem::path folder_of_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

void* symbol_in(const std::filesystem::path& library, const char* symbol) {
  std::error_code error;
  if (!std::filesystem::exists(library, error)) return nullptr;
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  return handle ? dlsym(handle, symbol) : nullptr;
}

}  // namespace dlis
