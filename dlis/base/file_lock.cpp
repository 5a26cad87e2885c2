// flock: the system lets go of it with the process.
#include "dlis/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dlis {

Result<FileLock> FileLock::take(const std::filesystem::path& file) {
  const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (opened < 0)
    return fail(std::string("the lock cannot be made: ") + std::strerror(errno), file.string());
  while (::flock(opened, LOCK_EX) != 0)
    if (errno != EINTR) break;  // a file system without locks
  return FileLock(opened);
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace dlis
