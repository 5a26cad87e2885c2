// dlopen.
#include "dlis/base/library.h"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dlis {

std::filesystem::path folder_of_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

bool is_own_file(const std::filesystem::path& file) {
  struct stat about {};
  return ::stat(file.c_str(), &about) == 0 && (about.st_uid == 0 || about.st_uid == ::geteuid());
}

std::filesystem::path folder_of_code() {
  static const char here = 0;
  Dl_info info{};
  if (dladdr(&here, &info) == 0 || !info.dli_fname) return folder_of_program();
  std::error_code error;
  return std::filesystem::absolute(info.dli_fname, error).parent_path();
}

void* symbol_in(const std::filesystem::path& library, const char* symbol) {
  std::error_code error;
  if (!std::filesystem::exists(library, error)) return nullptr;
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  return handle ? dlsym(handle, symbol) : nullptr;
}

}  // namespace dlis
