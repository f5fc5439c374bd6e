#include "net/unix_socket.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

namespace sluice::net {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

error_code last_error() { return {errno, boost::system::system_category()}; }
error_code in_use() { return {EADDRINUSE, boost::system::system_category()}; }

Address address_of(const std::string& path) {
  Address address;
  auto& name = reinterpret_cast<sockaddr_un&>(address.storage);
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);  // config::unix_path_limit leaves room
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

const sockaddr* raw(const Address& address) { return reinterpret_cast<const sockaddr*>(&address.storage); }

// Two servers that start at once look at the file one after the other: else both could find it deserted, and
// the second would remove what the first has just made. A folder that cannot be opened is not locked.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder)
      : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    using namespace std::chrono_literals;
    for (int i = 0; folder_ && i < 100 && ::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0; ++i)
      std::this_thread::sleep_for(10ms);
  }

 private:
  Descriptor folder_;
};

// Leaves nothing at the path, or fails with `why`.
error_code clear_the_way(const std::string& path, std::string& why) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0) return {};  // what else is wrong bind will say
  if (!S_ISSOCK(facts.st_mode)) {
    why = "a file that is no socket is there; remove it or set another path";
    return in_use();
  }
  const Descriptor asker(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!asker) return last_error();
  const Address address = address_of(path);
  const int answer = ::connect(asker.get(), raw(address), address.size) == 0 ? 0 : errno;
  if (answer == ENOENT) return {};
  if (answer == ECONNREFUSED) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    const error_code error = last_error();
    why = "the socket there is deserted, but cannot be removed: " + error.message() + "; remove it";
    return error;
  }
  if (answer == 0 || answer == EAGAIN || answer == EPROTOTYPE) {
    why = "another program has it: `ss -xlp src " + path + "` tells which";
    return in_use();
  }
  why = "a socket is there that cannot be asked whether it is in use: " +
        error_code(answer, boost::system::system_category()).message() + "; remove it if it is not";
  return in_use();
}

std::string words_for(int error, const std::string& folder) {
  if (error == ENOENT) return "there is no folder " + folder + "; make it, writable for this server's user";
  if (error == ENOTDIR) return folder + " is no folder; set another path";
  if (error == EACCES || error == EPERM || error == EROFS)
    return "this server's user may not make a file in " + folder + "; give it the right, or set another path";
  return error_code(error, boost::system::system_category()).message();
}

// Null: it is not that file any more.
Descriptor hold(const SocketFile& file) {
  Descriptor held(::open(file.path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts{};
  const bool same = held && ::fstat(held.get(), &facts) == 0 && S_ISSOCK(facts.st_mode) &&
                    facts.st_dev == file.device && facts.st_ino == file.inode;
  return Descriptor(same ? held.release() : -1);
}

}  // namespace

Result<ListeningSocket> open_unix_socket(const config::ListenAddress& wanted, std::string& why) {
  const std::string folder = std::filesystem::path(wanted.host).parent_path().string();
  const FolderLock lock(folder);
  if (const error_code error = clear_the_way(wanted.host, why)) return error;
  ListeningSocket socket{-1, address_of(wanted.host), {wanted.host, 0, 0}};
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // The file gets the mode that the socket has before it is bound.
  struct stat facts{};
  if (!fd || ::fchmod(fd.get(), 0) != 0 || ::bind(fd.get(), raw(socket.bound), socket.bound.size) != 0 ||
      ::lstat(wanted.host.c_str(), &facts) != 0 || ::listen(fd.get(), 4096) != 0) {
    const error_code error = last_error();
    why = words_for(error.value(), folder);
    return error;
  }
  socket.file.device = facts.st_dev;
  socket.file.inode = facts.st_ino;
  socket.fd = fd.release();
  return socket;
}

bool open_to(const SocketFile& file, unsigned mode) {
  const Descriptor held = hold(file);
  return held && ::chmod(("/proc/self/fd/" + std::to_string(held.get())).c_str(), mode) == 0;
}

void remove(const SocketFile& file) {
  if (hold(file)) ::unlink(file.path.c_str());
}

}  // namespace sluice::net
