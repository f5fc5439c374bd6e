#include "modules/library_file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace sluice::modules {
namespace {

constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

std::string resolved(const std::string& path) {
  char real[PATH_MAX];
  return ::realpath(path.c_str(), real) ? real : "";
}

// For kernels and containers without openat2: judge the path of the very descriptor that was opened.
int open_and_verify(const std::string& folder, const std::string& name) {
  const int fd = ::open((folder + "/" + name).c_str(), open_flags);
  if (fd < 0) return -1;
  char opened[PATH_MAX];
  const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), opened, sizeof opened);
  const std::string beneath = resolved(folder) + "/";
  if (length > 0 && std::string_view(opened, static_cast<std::size_t>(length)).starts_with(beneath))
    return fd;
  ::close(fd);
  errno = EXDEV;
  return -1;
}

int open_in(const std::string& folder, const std::string& name) {
  const FileDescriptor base(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (base.get() < 0) return -1;
  open_how how{};
  how.flags = static_cast<std::uint64_t>(open_flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, base.get(), name.c_str(), &how, sizeof how);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) return open_and_verify(folder, name);
  return static_cast<int>(fd);
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Accepted<FileDescriptor> open_beneath(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
    return Refusal{"SL-MAN-004", "`" + name + "` is not a bare file name", folder,
                   "Put the file beside the manifest and name it without a path."};
  errno = 0;
  FileDescriptor fd(open_in(folder, name));
  const int why = errno;
  if (fd.get() >= 0) return fd;
  switch (why) {
    case ENOENT:
      return Refusal{"SL-MAN-004", "`" + name + "` is missing from the manifest's folder", path,
                     "Install it beside the manifest; system folders are never searched."};
    case EXDEV:
    case ELOOP:
      return Refusal{"SL-MAN-004", "`" + name + "` leads out of the manifest's folder, to " + resolved(path),
                     path, "Put the file itself beside the manifest."};
    default:
      return Refusal{"SL-MAN-004", "`" + name + "` cannot be opened: " + std::strerror(why), path,
                     "Make it readable for the user who runs the server."};
  }
}

Accepted<std::vector<std::byte>> read_bytes(int fd, const std::string& path, std::size_t max_bytes) {
  struct stat status{};
  auto refuse = [&](std::string finding) {
    return Refusal{"SL-ELF-001", std::move(finding), path, "Install it again."};
  };
  if (::fstat(fd, &status) != 0)
    return refuse(std::string("the file cannot be read: ") + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return refuse("not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > max_bytes)
    return refuse("the file has " + std::to_string(status.st_size) + " bytes, expected at most " +
                  std::to_string(max_bytes));
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::pread(fd, bytes.data() + size, bytes.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refuse(std::string("the file cannot be read: ") + std::strerror(errno));
    if (got == 0) break;  // it shrank meanwhile: the checks see what is there
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace sluice::modules
