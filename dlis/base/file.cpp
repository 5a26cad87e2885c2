// Whole files in and out, on POSIX calls because only they report why something failed.
#include "dlis/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <new>

#include "dlis/base/memory.h"
#include "dlis/base/text.h"

namespace dlis {
namespace fs = std::filesystem;
namespace {

// A sentence for what the system said about `file`.
Error system_error(int code, const fs::path& file, const char* action) {
  const std::string where = file.string();
  switch (code) {
    case ENOENT:
      return {"there is no such file", where, "check the path"};
    case ENOTDIR:
      return {"a part of the path is not a folder", where, "check the path"};
    case EISDIR:
      return {"this is a folder, not a file", where, "name a file in it"};
    case EACCES:
    case EPERM:
      return {fmt::format("no permission to {} it", action), where, "check its mode"};
    case EROFS:
      return {"the file system is read-only", where, "choose another place"};
    case ENOSPC:
    case EDQUOT:
      return {"the disk is full", where, "free some space or choose another place"};
    case EFBIG:
      return {"the file would be larger than the system allows", where, "raise the limit"};
    case ENAMETOOLONG:
      return {"the path is too long", where.substr(0, 80) + "...", ""};
    default:
      return {fmt::format("cannot {} it ({})", action, std::strerror(code)), where, ""};
  }
}

// Closes a descriptor when it goes out of scope.
struct Descriptor {
  int number;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

// Reads until `size` bytes are there or the file ends; the count, or -1 with errno.
ssize_t read_up_to(int descriptor, char* to, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::read(descriptor, to + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += std::size_t(n);
  }
  return ssize_t(done);
}

using Pieces = std::span<const std::span<const std::byte>>;

// 0, or the error's number.
int write_all(int descriptor, Pieces pieces) {
  for (std::span<const std::byte> bytes : pieces)
    while (!bytes.empty()) {
      const ssize_t n =
          ::write(descriptor, bytes.data(), std::min(bytes.size(), std::size_t(1) << 30));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno;
      bytes = bytes.subspan(std::size_t(n));
    }
  return 0;
}

// Where a chain of links ends, so that the link stays and its target is replaced.
fs::path follow_links(fs::path file) {
  std::error_code ignored;
  for (int hops = 0; hops < 32 && fs::is_symlink(file, ignored); ++hops) {
    const fs::path target = fs::read_symlink(file, ignored);
    file = target.is_absolute() ? target : file.parent_path() / target;
  }
  return file;
}

Status write_device(const fs::path& file, Pieces pieces) {
  const Descriptor out(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (out.number < 0) return tl::unexpected(system_error(errno, file, "write"));
  if (const int code = write_all(out.number, pieces))
    return tl::unexpected(system_error(code, file, "write"));
  return {};
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

std::string path_of(int descriptor) { return fmt::format("/proc/self/fd/{}", descriptor); }

// Tries FILE.PID.COUNTER.tmp beside the target; an old leftover of that name is skipped. What
// `make` gives: not negative, or -1 with errno.
template <class Make>
int make_beside(const fs::path& target, fs::path& made, Make make) {
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < 100; ++attempt) {
    made = target;
    made += fmt::format(".{}.{}.tmp", ::getpid(), counter++);
    const int result = make(made.c_str());
    if (result >= 0 || errno != EEXIST) return result;
  }
  return -1;
}

// A file beside the target that has no name until it is whole, so that a process killed while it
// writes leaves nothing; `made` stays empty. Where the file system has no such files, one with a
// name.
int create_beside(const fs::path& target, mode_t mode, fs::path& made) {
  const int unnamed = ::open(folder_of(target).c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
  if (unnamed >= 0 && ::access(path_of(unnamed).c_str(), F_OK) == 0) return unnamed;
  if (unnamed >= 0) ::close(unnamed);  // without /proc it could not be given a name
  return make_beside(target, made, [&](const char* name) {
    return ::open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  });
}

// Gives the file its name, which may be taken. 0, or the error's number.
int publish(int descriptor, const fs::path& target, fs::path& made) {
  const std::string unnamed = path_of(descriptor);
  if (made.empty() && make_beside(target, made, [&](const char* name) {
                        return ::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name,
                                        AT_SYMLINK_FOLLOW);
                      }) != 0) {
    made.clear();
    return errno;
  }
  return ::rename(made.c_str(), target.c_str()) != 0 ? errno : 0;
}

}  // namespace

namespace {

// The size of an open regular file.
Result<std::int64_t> size_of_file(const Descriptor& in, const fs::path& file) {
  if (in.number < 0) return tl::unexpected(system_error(errno, file, "read"));
  struct stat info {};
  if (::fstat(in.number, &info) != 0) return tl::unexpected(system_error(errno, file, "read"));
  if (S_ISDIR(info.st_mode)) return tl::unexpected(system_error(EISDIR, file, "read"));
  if (!S_ISREG(info.st_mode)) return fail("this is not a regular file", file.string());
  if (info.st_size == 0)
    return fail("the file is empty", file.string(), "make or download it again");
  return std::int64_t(info.st_size);
}

Error too_large(const fs::path& file, std::int64_t bytes) {
  return {
      fmt::format("the file has {}, more than the memory that is available", format_bytes(bytes)),
      file.string(), "free some memory or use a larger machine"};
}

// On 32 bits a file may be larger than any address.
bool has_address(std::int64_t bytes) { return bytes <= std::numeric_limits<std::ptrdiff_t>::max(); }

}  // namespace

Result<Mapping> map_file(const fs::path& file) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const std::int64_t bytes = DLIS_TRY(size_of_file(in, file));
  if (!has_address(bytes)) return tl::unexpected(too_large(file, bytes));
  const auto size = std::size_t(bytes);
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, in.number, 0);
  if (memory == MAP_FAILED) return tl::unexpected(system_error(errno, file, "map"));
  Mapping out;
  out.keeper = std::shared_ptr<const void>(memory, [size](void* m) { ::munmap(m, size); });
  out.bytes = {static_cast<const std::byte*>(memory), size};
  return out;
}

Result<Buffer> read_file(const fs::path& file) {
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const std::int64_t bytes = DLIS_TRY(size_of_file(in, file));
  if (!has_address(bytes) || bytes > available_memory())
    return tl::unexpected(too_large(file, bytes));
  try {
    Buffer buffer{std::size_t(bytes)};
    const ssize_t n = read_up_to(in.number, reinterpret_cast<char*>(buffer.data()), buffer.size());
    if (n < 0) return tl::unexpected(system_error(errno, file, "read"));
    if (std::size_t(n) != buffer.size())
      return fail("the file became shorter while it was read", file.string(), "try again");
    return buffer;
  } catch (const std::bad_alloc&) {
    return tl::unexpected(too_large(file, bytes));
  }
}

Result<std::string> read_text(const fs::path& file, std::size_t limit) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (in.number < 0) return tl::unexpected(system_error(errno, file, "read"));
  std::string text;
  std::size_t chunk = 4096;
  for (;;) {
    const std::size_t before = text.size();
    text.resize(before + chunk);
    const ssize_t n = read_up_to(in.number, text.data() + before, chunk);
    if (n < 0) return tl::unexpected(system_error(errno, file, "read"));
    text.resize(before + std::size_t(n));
    if (text.size() > limit)
      return fail(fmt::format("the file has more than {}", format_bytes(std::int64_t(limit))),
                  file.string());
    if (std::size_t(n) < chunk) return text;
    chunk *= 2;
  }
}

Status write_file_atomic(const fs::path& file, Pieces pieces) {
  const fs::path target = follow_links(file);
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) return tl::unexpected(system_error(EISDIR, file, "write"));
  if (exists && !S_ISREG(old.st_mode)) return write_device(target, pieces);

  fs::path made;
  int code = 0;
  {
    const Descriptor out(create_beside(target, exists ? old.st_mode & 07777 : 0666, made));
    if (out.number < 0) {
      Error error = system_error(errno, file, "write");
      if (errno == ENOENT) error = {"there is no such folder", file.string(), "make it first"};
      return tl::unexpected(error);
    }
    code = write_all(out.number, pieces);
    if (code == 0 && ::fsync(out.number) != 0) code = errno;
    if (code == 0) code = publish(out.number, target, made);
  }
  if (code != 0) {
    if (!made.empty()) ::unlink(made.c_str());
    return tl::unexpected(system_error(code, file, "write"));
  }
  // The rename itself becomes durable with the folder; where that is not possible the file is
  // whole.
  const Descriptor parent(::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.number >= 0) (void)::fsync(parent.number);
  return {};
}

Status write_file_atomic(const fs::path& file, std::span<const std::byte> bytes) {
  return write_file_atomic(file, Pieces(&bytes, 1));
}

Status write_file_atomic(const fs::path& file, std::string_view text) {
  return write_file_atomic(file, bytes_of(text));
}

Status check_writable(const fs::path& file) {
  std::error_code none;
  if (fs::is_directory(file, none)) return tl::unexpected(system_error(EISDIR, file, "write"));
  fs::path trial = file;
  trial += fmt::format(".{}.trial", ::getpid());
  if (Status written = write_file_atomic(trial, std::string_view()); !written) {
    written.error().where = file.string();
    return written;
  }
  std::error_code ignored;
  fs::remove(trial, ignored);
  return {};
}

Status check_takes_no_place(const fs::path& file, std::string_view begins) {
  std::error_code none;
  if (!fs::is_directory(file, none) && fs::exists(file, none) && !fs::is_regular_file(file, none))
    return {};
  DLIS_TRY(check_writable(file));
  std::string start(begins.size(), ' ');
  std::ifstream in(file, std::ios::binary);
  in.read(start.data(), std::streamsize(start.size()));
  if (!in.is_open() || in.gcount() == 0 || start == begins) return {};
  return fail("it is there and something else, which would be lost", file.string(),
              "name another file, or remove it");
}

}  // namespace dlis
